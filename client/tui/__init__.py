"""The terminal interface: a process of its own that looks at a running client through its local API."""
