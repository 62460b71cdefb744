"""Transcripts and captions as documents: read, corrected, compared, and written in each format."""
