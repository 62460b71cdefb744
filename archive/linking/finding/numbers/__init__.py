"""Numbers with their cue, said or written, in seven languages."""
