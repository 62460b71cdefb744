"""Sealed versions on this disk: sealing them, bringing back what is missing, and the space that they take."""
