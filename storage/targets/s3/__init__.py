"""A bucket of an S3-compatible store as a target: `bucket.py` keeps the promises, the rest is what it takes."""
