"""Throughput, latency and memory under concurrent requests."""
