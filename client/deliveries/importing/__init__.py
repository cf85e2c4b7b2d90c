"""Requests that were captured elsewhere: HAR files, raw HTTP/1.1 requests, cURL lines."""

from client.deliveries.importing.errors import RequestUnreadable
from client.deliveries.importing.read import MOST_BYTES, read_request

__all__ = ["MOST_BYTES", "RequestUnreadable", "read_request"]
