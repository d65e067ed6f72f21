"""Bytes of one GPU: weights, KV cache, overhead, and the budget that they share."""
