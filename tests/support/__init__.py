"""Small helpers for tests that need an archive without the world: made-up captures, a clock, targets that fail."""
