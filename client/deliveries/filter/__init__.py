"""The filter language: one parser, a condition for SQLite and a predicate for what is in memory."""

from client.deliveries.filter.complete import Candidate, complete
from client.deliveries.filter.errors import FilterError
from client.deliveries.filter.keys import KEYS, Key
from client.deliveries.filter.parser import parse
from client.deliveries.filter.query import Query, Row
from client.deliveries.filter.scans import SCANNED_BYTES, Head
from client.deliveries.filter.sql import install_functions
from client.deliveries.filter.tree import Cost

__all__ = [
    "KEYS",
    "SCANNED_BYTES",
    "Candidate",
    "Cost",
    "FilterError",
    "Head",
    "Key",
    "Query",
    "Row",
    "complete",
    "install_functions",
    "parse",
]
