"""Audio in, transcript out. Knows nothing of archives."""
