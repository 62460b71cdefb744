"""Tests of how the archive is run: the command line and Prefect, through real processes."""
