"""What may be done, once: every page and every address of the API calls a function here. No HTTP in here."""
