"""Where clips come from: a file or a folder for each kind of source, behind `contract.py`."""
