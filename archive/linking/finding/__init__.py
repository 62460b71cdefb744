"""What a text points at entries with: addresses, numbers, names."""
