"""An opened archive: its settings, ledger, targets and folders; the lease and the clock of whoever writes."""
