"""Who may connect, and which endpoint name is whose: one SQLite file, shared by the running relay and the commands."""

from relay_server.tokens.names import Names
from relay_server.tokens.owner import Owner
from relay_server.tokens.tokens import TokenInfo, Tokens

__all__ = ["Names", "Owner", "TokenInfo", "Tokens"]
