"""A folder source: a disk, or a folder of one, that clips are brought in from. Nothing is ever written there."""
