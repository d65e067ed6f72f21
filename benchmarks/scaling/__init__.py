"""Cost and scale, estimated from measured latencies."""
