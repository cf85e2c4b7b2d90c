"""HTTP's plain rules: fields and heads as values, no I/O."""

from shared.http.fields import content_length, every, first, forwardable, without
from shared.http.heads import Fields, RequestHead, ResponseHead

__all__ = [
    "Fields",
    "RequestHead",
    "ResponseHead",
    "content_length",
    "every",
    "first",
    "forwardable",
    "without",
]
