"""Throughput and latency of the service under concurrent requests."""
