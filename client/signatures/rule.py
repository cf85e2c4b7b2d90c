"""What a user asks to be checked: which scheme, with which secrets, under which path."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from client.signatures.secret import Secret

AUTO = "auto"
"""In place of a scheme's id: the scheme that the request's fields point to."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Requests under a path are checked against a scheme."""

    scheme: str
    """A scheme's id, or `auto`."""
    secrets: tuple[Secret, ...] = ()
    """Any of them may have signed: the old one and the new while a secret is being changed."""
    path: str = "/"
    """Whole segments: `/stripe` means `/stripe` and `/stripe/x`, never `/stripes`."""
    require: bool = False
    """Refuse what is not valid before the app sees it."""
    params: Mapping[str, str] = field(default_factory=dict)
    """Settings that the scheme needs beside the secret, as PayPal's `webhook_id`."""
    handshake: bool = False
    """Answer the provider's handshakes in the app's stead."""

    def covers(self, path: str) -> bool:
        """Tell whether a request for `path` comes under this rule."""
        prefix = self.path.rstrip("/")
        return path == prefix or path.startswith(prefix + "/") or not prefix


def covering(rules: Sequence[Rule], path: str) -> list[Rule]:
    """Give the rules with the longest path that covers `path`, in the order given."""
    found = [rule for rule in rules if rule.covers(path)]
    longest = max((len(rule.path.rstrip("/")) for rule in found), default=0)
    return [rule for rule in found if len(rule.path.rstrip("/")) == longest]
