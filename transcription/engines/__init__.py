"""What reads speech: one contract, and one file for each kind that keeps it."""
