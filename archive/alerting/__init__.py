"""Who answers for the archive is told when it falls silent or loses something: in counts and names of targets alone."""
