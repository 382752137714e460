"""Names matched: listed names that may be meant are chosen by an index, then compared word by word."""
