"""Caches of limited size, because their keys contain text of a request or of the Hub."""

from functools import lru_cache

bounded_cache = lru_cache(1024)
"""For small keys: names, versions, capabilities. A class of models has one for each of about 60 releases."""

model_cache = lru_cache(256)
"""For models and their budgets. Plan, layouts, explanations and alternatives of an answer share them."""
