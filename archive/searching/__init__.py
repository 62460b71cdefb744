"""Words found across scripts, in transcripts, titles, captions and entries: an index that is derived from the ledger."""
