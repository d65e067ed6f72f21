"""The edge of the service: HTTP, DynamoDB, the Hugging Face Hub, settings and logs."""
