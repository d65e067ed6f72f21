"""The calculator compared with vLLM's own answers."""
