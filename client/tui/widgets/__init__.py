"""One widget a module, each with its messages and its style."""
