"""What the screens show, as values: no Textual, no terminal."""
