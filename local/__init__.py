"""What runs the product on a laptop, without AWS, Docker or the internet. Never deployed."""
