"""Handlers to compare ours with; each is copied into an artifact and imported from there."""
