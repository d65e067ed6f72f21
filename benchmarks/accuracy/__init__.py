"""Predictions compared with what real vLLM servers logged."""
