"""What a user asks to be checked: which scheme, with which secrets, under which path."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from client.signatures.secret import Secret
from client.signatures.spelling import canonical, spellings

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
        """Tell whether a request for `path` comes under this rule, however the app may read that path."""
        return any(self.fits(spelling) for spelling in spellings(path))

    def fits(self, spelling: str) -> bool:
        """Tell whether one reading of a path lies under this rule's path, as written or as everybody reads it."""
        return _under(spelling, self.path.rstrip("/")) or _under(spelling, canonical(self.path))


def covering(rules: Sequence[Rule], path: str) -> list[Rule]:
    """Give the rules with the longest path that covers `path`, in the order given.

    Where an app may read the path in several ways, and other rules cover each, those that demand a signature win.
    """
    if all(rule.path == "/" for rule in rules):
        return list(rules)
    groups = [group for spelling in spellings(path) if (group := _longest(rules, spelling))]
    return max(groups, key=_strictness, default=[])


def _longest(rules: Sequence[Rule], spelling: str) -> list[Rule]:
    found = [rule for rule in rules if rule.fits(spelling)]
    longest = max((len(canonical(rule.path)) for rule in found), default=0)
    return [rule for rule in found if len(canonical(rule.path)) == longest]


def _strictness(group: list[Rule]) -> tuple[bool, int]:
    return any(rule.require for rule in group), len(canonical(group[0].path))


def _under(path: str, prefix: str) -> bool:
    return not prefix or path == prefix or path.startswith(prefix + "/")
