"""Citations of a moment, and the forms in which other tools open a clip: IIIF, OHMS, CSL-JSON, BibTeX, RIS."""
