"""What an archivist sets: `archive.toml`, its stanzas and schedules, and what is wrong with them."""
