"""The reading room: pages of an archive for people who find, read, cite, judge and correct. The home of Starlette."""
