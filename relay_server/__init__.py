"""The public side: terminates HTTPS and hands each delivery to the client that serves its endpoint."""
