"""What was delivered: recorded on its way, kept, followed."""

from client.deliveries.feed import Feed
from client.deliveries.record import Record
from client.deliveries.retention import Limits
from client.deliveries.store import Store

__all__ = ["Feed", "Limits", "Record", "Store"]
