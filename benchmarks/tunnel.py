"""What every measured tunnel is: processes by role, and the addresses a sender uses."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from benchmarks.machine import LOOPBACK, Ports
from benchmarks.processes import Group


@dataclass(frozen=True, slots=True)
class Place:
    """Where a measurement happens."""

    directory: Path
    ports: Ports
    app_port: int
    """The local app that every tunnel leads to."""
    certificate: Path
    key: Path
    secret: str
    """Signs the events of the load."""
    big: Path
    """The large body."""
    signatures: Path
    """Of every event, as `events.write_signatures` leaves them."""


class Tunnel(ABC):
    """A way from a public address to the local app; measured, then ended."""

    name: ClassVar[str]
    host = ""
    """The Host field that selects the tunnel; empty: whatever the address says."""
    hosts: Sequence[str] = ()
    """Where there are several, the load goes through them in turn."""
    url = ""
    tls_url: str | None = None
    """Where it terminates TLS itself."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.directory = place.directory / self.name.replace(" ", "_").replace("/", "_")
        self.groups: dict[str, Group] = {}

    @classmethod
    def word(cls) -> str:
        """Give what it is called on the command line: `ssh` for `ssh -R`."""
        return cls.name.removesuffix(" -R").replace(" ", "-")

    @classmethod
    def missing(cls) -> str:
        """Say what is not installed, or nothing when the tunnel can be measured here."""
        return ""

    @abstractmethod
    def start(self) -> None:
        """Start it; deliveries may take a moment to get through."""

    def group(self, role: str) -> Group:
        """Give the processes of a role, such as `relay` or `client`."""
        return self.groups.setdefault(role, Group(self.directory / "logs" / role))

    def cpu_seconds(self) -> dict[str, float]:
        """Give the processor time used so far by each role."""
        return {role: group.cpu_seconds() for role, group in self.groups.items()}

    def memory_mib(self, field: str = "VmRSS") -> dict[str, float]:
        """Give the memory of each role."""
        return {role: group.memory_mib(field) for role, group in self.groups.items()}

    def forget_peak(self) -> None:
        """Have the peak of memory count from now."""
        for group in self.groups.values():
            group.forget_peak()

    def ended(self) -> list[str]:
        """Name the processes that ended too early, with their last words."""
        return [words for group in self.groups.values() for words in group.ended()]

    def stop(self) -> None:
        """End all its processes, the last started first."""
        for group in reversed(self.groups.values()):
            group.stop()

    def plain(self, port: int) -> str:
        """Give the address of a plain HTTP listener."""
        return f"http://{LOOPBACK}:{port}"

    def secure(self, port: int) -> str:
        """Give the address of a listener that terminates TLS."""
        return f"https://{LOOPBACK}:{port}"
