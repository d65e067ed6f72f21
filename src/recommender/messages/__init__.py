"""Sentences: explanations, warnings, and why there is no configuration."""
