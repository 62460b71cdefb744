"""What the archive knows: its words, settings, sources, fixity, OCFL objects, sidecars, ledger and links.

Imports go one way: `flows` → `archive` → `storage` | `transcription`.
"""
