"""From words to entries: the register, names in any script, mentions, proposals, judgements."""
