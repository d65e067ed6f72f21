"""Cold starts, warm answers, first answers and the calculation by itself."""
