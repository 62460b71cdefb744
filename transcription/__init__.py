"""Audio in, transcript out. Knows nothing of archives.

`media` runs ffmpeg and ffprobe; `model` holds Whisper and the speech detector; `whisper` reads a track with them;
`records` and `formats` are what comes out. `captions` are what a platform showed, read by `cues`; `corrections` what
people changed, and `showing` what stands then. `spans`, `marks` and `languages` decide, without effects.
"""
