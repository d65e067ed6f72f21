"""The local HTTP server: the API through the function's handler, and the page."""
