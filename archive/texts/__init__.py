"""A clip's texts as they stand now: its transcripts in the order of the settings, under people's corrections."""
