"""From the sound of a track to segments: where speech is, in which language, and what the model makes of it."""
