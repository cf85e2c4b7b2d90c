"""The live relation between relay and client: the same at both ends."""

from shared.link.doorstep import Doorstep
from shared.link.link import Link
from shared.link.transport import Receiver, Transport

__all__ = ["Doorstep", "Link", "Receiver", "Transport"]
