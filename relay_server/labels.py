"""Labels: what lies between the dots of a host name (RFC 1123 section 2.1)."""

import re

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)


def is_label(text: str) -> bool:
    """Tell whether `text` is a label, in the one letter case that hosts are compared in."""
    return _LABEL.fullmatch(text) is not None
