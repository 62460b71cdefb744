"""Addresses: of entries, and of clips that entries cite."""
