"""A target that lies: one field of a sound target is tampered with, case by case, and the real commands are judged.

`sound.py` makes the archive, `objects.py` writes to a target as somebody with its key could, `generator.py` chooses
what is tampered with (`mutations.py` how), `judge.py` runs the commands on it. `python -m tests.tampering` runs many.
"""
