"""Keeps the table of instance types current: what EC2 lists, and what it costs."""
