"""The words of each language, a TOML file each, and what reads them: `schema`, `loading` and `patterns`."""
