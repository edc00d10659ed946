"""Bringing in a human: when the municipality can be reached, and how."""
