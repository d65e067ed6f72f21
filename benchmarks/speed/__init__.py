"""Cold starts, warm answers and the calculation by itself."""
