"""Rasa's custom NLG: a response name and the conversation in, the rendered text and its choices out."""
