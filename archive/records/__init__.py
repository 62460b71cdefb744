"""The archive's words as frozen records, and the ids of objects. Imports no other room."""
