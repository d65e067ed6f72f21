"""GPUs and EC2 instance types: facts with their source."""
