"""Imports the instance types that EC2 lists, with their prices, into the service's table."""
