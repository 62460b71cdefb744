"""Words found across scripts, in transcripts, titles, captions and entries: an index derived from the ledger."""
