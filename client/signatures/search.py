"""Asks of a request whose signature failed: would it hold, if just this were different?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec.structs import replace

from client.signatures.check import Check
from client.signatures.jwt import TokenUnreadable
from client.signatures.keys import Key, KeyUnusable, key_material
from client.signatures.reading import Reading
from client.signatures.scheme import Encoding, KeyForm, Scheme
from client.signatures.subject import Subject
from client.signatures.templates import FieldAbsent, Template
from client.signatures.verdict import Finding, Reason

MOST_CHECKS = 2_000
"""Signatures that are computed for one explanation."""

MOST_PUBLIC_CHECKS = 60
"""The same for public keys: a verification costs a hundred MACs."""

MOST_BYTES = 96 * 1024 * 1024
"""Bytes that are hashed for one explanation: about 0.1 s."""

_HELD = {None, Reason.TIMESTAMP_TOO_OLD, Reason.TIMESTAMP_IN_FUTURE, Reason.TIMESTAMP_UNIT, Reason.BODY_HASH_MISMATCH}
"""The signature itself is right, whatever else is not."""


class BudgetSpent(Exception):  # noqa: N818 - reads as the sentence it is
    """The search has cost as much as it may."""


class Budget:
    """What an explanation may still cost."""

    __slots__ = ("bytes_left", "checks_left", "spent")

    def __init__(self, checks: int = MOST_CHECKS, hashed_bytes: int = MOST_BYTES) -> None:
        self.checks_left = checks
        self.bytes_left = hashed_bytes
        self.spent = 0
        """Checks made so far."""

    def spend(self, size: int) -> None:
        """Pay for a check of `size` bytes.

        Raises:
            BudgetSpent: there is nothing left.
        """
        self.checks_left -= 1
        self.bytes_left -= size
        if self.checks_left < 0 or self.bytes_left < 0:
            raise BudgetSpent
        self.spent += 1


@dataclass(frozen=True, slots=True)
class Change:
    """What is different in a trial; None: as it was."""

    content: bytes | None = None
    url: str | None = None
    method: bytes | None = None


class Search:
    """A scheme and a request, to be tried with changes."""

    def __init__(
        self, check: Check, subject: Subject, params: dict[str, str], keys: Sequence[Key], budget: Budget
    ) -> None:
        self.check = check
        self.subject = subject
        self.params = params
        self.keys = tuple(keys)
        self._budget = budget
        self._changed: dict[tuple[str, object], Check] = {}

    @property
    def scheme(self) -> Scheme:
        """The scheme that failed."""
        return self.check.scheme

    def key(self, value: bytes, form: KeyForm | None = None) -> Key | None:
        """Make a key of a secret's text, or None: it is not of that form."""
        try:
            return Key("", key_material(value, form or self.scheme.key, self.scheme.algorithm))
        except KeyUnusable:
            return None

    def holds(
        self,
        change: Change = Change(),
        *,
        keys: Sequence[Key] | None = None,
        check: Check | None = None,
        params: Mapping[str, str] | None = None,
    ) -> bool:
        """Tell whether the signature would be right with `change`, whatever the clock says.

        Args:
            change: what is different about the request.
            keys: other keys than the configured ones.
            check: another scheme than the configured one.
            params: other settings than the configured ones.

        Raises:
            BudgetSpent: the search has cost as much as it may.
        """
        return self.finding(change, keys=keys, check=check, params=params).reason in _HELD

    def finding(
        self,
        change: Change = Change(),
        *,
        keys: Sequence[Key] | None = None,
        check: Check | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Finding:
        """Run the strict check over the changed request; see `holds`.

        Raises:
            BudgetSpent: the search has cost as much as it may.
        """
        reading = self.reading(change, params)
        using = self.keys if keys is None else keys
        chosen = check or self.check
        for _ in range(max(1, len(using) * max(1, len(chosen.templates)))):
            self._budget.spend(len(reading.content or b""))
        try:
            return chosen.run(reading, using, None)
        except (FieldAbsent, TokenUnreadable, ValueError, RecursionError):
            return Finding(Reason.SIGNATURE_MISMATCH)

    def reading(self, change: Change, params: Mapping[str, str] | None = None) -> Reading:
        """Give the changed request, with other settings where there are some."""
        subject = self.subject
        if change != Change():
            subject = replace(
                subject,
                content=subject.content if change.content is None else change.content,
                url=subject.url if change.url is None else change.url,
                method=subject.method if change.method is None else change.method,
            )
        return Reading(subject, self.params if params is None else dict(params))

    def altered(self, **changes: Any) -> Check:
        """Give the scheme's check with some of the scheme's own values changed."""
        return Check(msgspec.structs.replace(self.scheme, **changes))

    def encoded_as(self, encoding: Encoding, *, prefix: str | None = None) -> Check:
        """Give the check of the scheme as if it wrote its signatures in another encoding or with another prefix."""
        place = self.scheme.signature
        changed = msgspec.structs.replace(place, encoding=encoding, prefix=place.prefix if prefix is None else prefix)
        return self.altered(signature=changed)

    def signs(self, name: str) -> bool:
        """Tell whether a part of the request takes part in what is signed."""
        templates = [*self.check.templates, *(Template(text.rstrip("?")) for text in self.scheme.claims.values())]
        return any(part.partition(":")[0] == name for template in templates for part in template.names)
