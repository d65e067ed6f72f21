"""The calculator: how vLLM uses the memory of an instance for a model, and which settings follow from that.

Pure and deterministic: no network, no clock, no environment. `recommend.recommend` is the entry point.
"""
