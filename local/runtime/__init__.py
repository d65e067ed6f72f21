"""The function as Lambda runs it: its environment, its events, and the built artifact."""
