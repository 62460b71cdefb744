"""A clip as it is played: bytes of its nearest sound copy by range, and light derivatives for browsers."""
