"""Numbers said in words, a language a module: each is a table of words, and `grammar.py` reads them all."""
