"""What a run does, one module a step: plain functions that skip what the ledger says is done."""
