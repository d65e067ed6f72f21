"""Decisions: compatibility, tensor parallelism, the plan, overrides, other instances and checkpoints."""
