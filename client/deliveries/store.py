"""The store of deliveries: one SQLite file."""

from collections.abc import Callable
from pathlib import Path

from client.deliveries.retention import Limits
from client.views import Counts


class Store:
    """Every delivery with its attempts, in one file that survives a killed process."""

    def __init__(self, path: Path, *, clock: Callable[[], float], limits: Limits) -> None:
        self._path = path
        self._clock = clock
        self._limits = limits
        self.counts = Counts()
        self.trouble = ""
        """A sentence when deliveries are not being recorded as they should; empty when all is well."""
        self.interrupted = 0
        """Attempts that the last run of the client left without an end."""

    @classmethod
    def open(cls, path: Path, *, clock: Callable[[], float], limits: Limits | None = None) -> "Store":
        """Open or make the file at `path`.

        Raises:
            SchemaTooNew: a newer version of the product wrote it.
        """
        return cls(path, clock=clock, limits=limits or Limits())

    def close(self) -> None:
        """Write what waits to be written, and let the file go."""
