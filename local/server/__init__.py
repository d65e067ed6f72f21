"""The local HTTP server: the API and the page."""
