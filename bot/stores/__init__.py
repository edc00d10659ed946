"""Rasa's stores, as this installation uses them: thin doors to the SQL database."""
