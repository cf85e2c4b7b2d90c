"""What faces the relay: its address, dialling it, keeping a link to it."""

from client.relay.address import BadRelay, RelayAddress
from client.relay.dial import Dialer, DialFailed
from client.relay.state import TetherState
from client.relay.tether import Tether

__all__ = ["BadRelay", "DialFailed", "Dialer", "RelayAddress", "Tether", "TetherState"]
