"""What people decide about links, and how links leave. Nothing here proposes any."""
