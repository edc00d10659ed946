"""Rasa input channels: what outsiders send is cleaned here, before anything stores or logs it."""
