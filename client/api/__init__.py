"""The local API: the inspector over HTTP, for this machine alone."""

from client.api.remote import RemoteInspector
from client.api.server import ApiServer

__all__ = ["ApiServer", "RemoteInspector"]
