"""Lists of what should be there: files read into expected videos, and these set against what is."""
