"""Keys and bytes: targets that keep them, and mirrors over several targets. Knows nothing of clips."""
