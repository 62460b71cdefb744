"""Names by their sound, across scripts."""
