"""Predictions beside what real vLLM servers logged."""
