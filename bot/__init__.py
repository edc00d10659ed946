"""Vraagbaak, the open-source assistant of Dutch municipalities."""
