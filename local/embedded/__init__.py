"""The embedded Hub and instance table: what the service talks to on a laptop."""
