"""The commands, by who would look for them: setting up, running, reading, keeping.

What takes long to import (the ledger's SQL engine, yt-dlp, boto3, the model) is imported in the functions that need
it: help, completion and a wrong option answer at once.
"""
