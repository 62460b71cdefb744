"""How copies are kept: sealed, sent, read back, audited, repaired and restored; and a lost ledger rebuilt from them."""
