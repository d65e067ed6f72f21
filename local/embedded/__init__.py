"""The embedded Hub and instance table."""
