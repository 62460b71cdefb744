"""Audio in, transcript out. Knows nothing of archives.

`media` says what a file holds, and decodes its sound; `hearing` makes segments of the sound, with a Whisper model and
a speech detector; `records` are the transcript that comes out. `documents` reads, corrects, compares and writes
transcripts and captions. `languages`, `language_names` and `cutting` are what all of them know of languages and texts.
"""
