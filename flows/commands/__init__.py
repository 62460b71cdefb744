"""The commands, by who would look for them: setting up, running, reading, keeping."""
