"""Facts about vLLM, read from its releases on PyPI without importing them: `make vllm-facts`."""
