"""The public door: HTTP/1.1 in, requests out to the endpoints' handlers."""
