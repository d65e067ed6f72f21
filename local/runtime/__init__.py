"""The built Lambda function, run on this machine."""
