"""Numbers said in words: each language's file has a table of words, and `grammar.py` reads them all."""
