"""The archive: where its clips come from, how their copies are kept, what is known of them, and who decides what.

Imports go one way: `flows` → `archive` → `storage` | `transcription`.
"""
