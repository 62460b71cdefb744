"""The register: its files read, its entries, its snapshots."""
