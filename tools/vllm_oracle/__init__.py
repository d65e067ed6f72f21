"""What vLLM itself says about a model: its own code, run on the meta device of a machine without a GPU."""
