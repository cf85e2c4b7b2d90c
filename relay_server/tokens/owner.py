"""Whom a token stands for."""

from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class Owner:
    """The holder of a token, as the relay knows it from the check of that token."""

    id: int
    name: str
    globs: tuple[str, ...]
    """Which endpoint names may be claimed: `*` all, `team-*` those that begin so."""
    credential: int = 1
    """Counts the token's rotations: an owner who came in by an older one is to be let go."""
    expires_at: float | None = None
    """Unix seconds; None: never."""

    def may_claim(self, name: str) -> bool:
        """Say whether the globs grant `name`."""
        return any(fnmatchcase(name, glob) for glob in self.globs)
