"""Conversations as residents and agents read them: numbered messages, kept until they are erased."""
