"""The operator's door: a Unix socket or loopback, never the public network."""
