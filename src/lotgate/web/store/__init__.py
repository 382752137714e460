"""The event log and what is projected from it."""
