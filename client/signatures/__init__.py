"""Whether a request was signed by whom it says, and if not, why: proven here, with secrets that stay here."""
