"""TLS at the public door: where the certificate comes from, and how it changes under load."""
