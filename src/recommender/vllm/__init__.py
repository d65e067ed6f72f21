"""What differs between versions of vLLM: memory behavior, registry, quantization, engine arguments."""
