"""The calculator: what vLLM will do with a model on an instance, and which settings follow from it.

Pure and deterministic: no network, no clock, no environment. `recommend.recommend` is the way in.
"""
