"""Rasa graph components: thin wrappers round `search/`."""
