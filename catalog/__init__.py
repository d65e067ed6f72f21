"""The instance types that the service knows from the start, and how they get into its table."""
