"""Who comes to the reading room: people with roles, their passwords and visits, and what each role may see and do."""
