"""Facts of every line: tables, items, parties, lists and licences joined, and the cells behind each fact."""
