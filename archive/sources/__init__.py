"""Where clips come from: one file a kind of source, behind `contract.py`."""
