"""Test events as providers send them: signed, retried, and forged where that is the point."""
