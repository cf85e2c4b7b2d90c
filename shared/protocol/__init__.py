"""The tunnel protocol, version 1, without I/O: bytes in, events out; calls in, bytes out (docs/protocol.md)."""
