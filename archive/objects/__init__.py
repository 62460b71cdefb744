"""What lies at a target: OCFL objects, sidecars and run records, and how they are read back."""
