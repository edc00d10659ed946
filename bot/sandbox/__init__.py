"""Imitations of the municipal systems that Vraagbaak talks to, for trying and for tests."""
