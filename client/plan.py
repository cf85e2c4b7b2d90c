"""What an agent is to do, settled before it starts."""

from dataclasses import dataclass, field
from pathlib import Path

from client.deliveries import Limits
from client.deliveries.record import CAPTURE_BYTES
from client.origin.address import OriginAddress
from client.origin.timeouts import OriginTimeouts
from client.relay import Dialer
from client.signatures.rule import Rule


@dataclass(frozen=True, slots=True)
class TunnelPlan:
    """A tunnel to open."""

    name: str
    """The endpoint asked for; empty: the relay chooses."""
    address: OriginAddress
    rules: tuple[Rule, ...] = ()
    pool: bool = False
    host_header: str = "rewrite"
    timeouts: OriginTimeouts = field(default_factory=OriginTimeouts)
    insecure_origin: bool = False
    label: str = ""
    """What a script that opened it calls it; empty: as the endpoint."""


@dataclass(frozen=True, slots=True)
class AgentPlan:
    """Everything an agent needs to know."""

    dialer: Dialer
    tunnels: tuple[TunnelPlan, ...]
    history: Path
    record: bool = True
    """False: deliveries pass without a trace; the history shows earlier ones only."""
    require_history: bool = False
    """Refuse deliveries while they cannot be recorded."""
    limits: Limits = field(default_factory=Limits)
    """What of the history is kept."""
    capture_bytes: int = CAPTURE_BYTES
    """Of each content, what is kept at most."""
    inspect_host: str = "127.0.0.1"
    inspect_port: int = 4040
    inspect_token: str = ""
    """What whoever asks the local API must know; empty: whoever is on this machine may ask."""
    agents: Path | None = None
    """Where the agent says that it runs; None: it does not."""
