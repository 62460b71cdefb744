"""How the archive is run: the command line, and Prefect. The only room that knows Prefect."""
