"""Measurements of accuracy, speed, load and scaling; they print figures and never assert a time."""
