"""The `thirdcopy` command: its commands, what they print, and the review screen. Starts without Prefect."""
