"""Each figure that the README quotes, measured beside its peer; the last line of each is one JSON object."""
