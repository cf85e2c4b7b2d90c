"""Turns a failed judgement into one with its cause, off the way of deliveries."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence

from msgspec.structs import replace

from client.signatures.check import Check
from client.signatures.engine import Judgement, Ready, Signatures
from client.signatures.explain import budget_for, explain, text_cause, url_cause
from client.signatures.explanation import Explanation, Suspects, bodies
from client.signatures.keys import KeyUnusable
from client.signatures.material import KeyUnavailable
from client.signatures.reading import Reading
from client.signatures.rule import Rule
from client.signatures.scheme import Scheme
from client.signatures.search import BudgetSpent, Change, Search
from client.signatures.secret import Secret
from client.signatures.subject import Subject
from client.signatures.verdict import Reason
from client.views import SignatureView

_SEARCHED = {Reason.SIGNATURE_MISMATCH, Reason.SECRET_UNDECODABLE}
_MISREAD = {Reason.SIGNATURE_PREFIX, Reason.SIGNATURE_UNDECODABLE, Reason.SIGNATURE_MALFORMED}
_CLOCK = {Reason.TIMESTAMP_TOO_OLD, Reason.TIMESTAMP_IN_FUTURE}

_HOUR = 3600
_NEAR_HOUR_SECONDS = 90
"""How close to whole hours an age is that a wrong time zone makes."""

_FARTHEST_ZONE = 14 * _HOUR


class Explainer:
    """Explains failures of one client's checks."""

    def __init__(
        self, signatures: Signatures, *, known: Sequence[Rule] = (), urls: Callable[[], Sequence[str]] = tuple
    ) -> None:
        """Prepare to explain.

        Args:
            signatures: whose judgements are explained.
            known: other rules of the user's: one of their secrets or settings may be the one that was used.
            urls: gives the tunnels' public URLs and others that providers may have been given.
        """
        self.signatures = signatures
        self._known = known
        self._urls = urls
        self._checks: list[Check] | None = None

    async def explain(self, subject: Subject, judgement: Judgement) -> SignatureView:
        """Give a judgement's view with the cause of its failure, found in a worker thread.

        A view that is not of a failure, or whose reason is certain already, comes back as it was. The state never
        changes.

        Args:
            subject: the request that was judged.
            judgement: what was found.
        """
        view = judgement.signature
        if view.state != "invalid":
            return view
        return await asyncio.to_thread(self.explain_now, subject, view)

    def explain_now(self, subject: Subject, view: SignatureView) -> SignatureView:
        """Do what `explain` does in the caller's thread: it may take 0.1 s."""
        ready = self.signatures.choose(subject)
        if ready is None or view.state != "invalid":
            return view
        try:
            found = self._cause(subject, ready, Reason(view.reason), view)
        except (BudgetSpent, KeyUnavailable, KeyUnusable):
            found = None
        view = replace(view, checked=(*view.checked, *_fingerprint(subject)))
        if found is None:
            return view
        return replace(
            view,
            reason=found.reason.value,
            sentence=found.sentence,
            next_step=found.next_step,
            proven=found.proven,
            ruled_out=found.ruled_out,
        )

    def _cause(self, subject: Subject, ready: Ready, reason: Reason, view: SignatureView) -> Explanation | None:
        params = dict(ready.rule.params)
        keys = self.signatures.keys_for(ready, Reading(subject, params), subject.received_at)
        search = Search(ready.check, subject, params, keys, budget_for(ready.scheme))
        suspects = Suspects(
            ready.rule.secrets,
            self._others(ready),
            self._urls(),
            self._schemes(subject, ready.scheme),
            self._settings(ready),
        )
        if reason in _SEARCHED:
            found = explain(search, suspects)
            undecodable = reason is Reason.SECRET_UNDECODABLE and found.reason is Reason.UNEXPLAINED
            return None if undecodable else found
        if reason in _MISREAD:
            return text_cause(search, suspects)
        if reason is Reason.MISSING_SIGNATURE:
            return self._missing(search, view)
        if reason is Reason.URL_MISMATCH:
            return url_cause(search, suspects)
        if reason is Reason.BODY_HASH_MISMATCH:
            return _rewritten(search, view)
        return _clock(search, reason, view) if reason in _CLOCK else None

    def _others(self, ready: Ready) -> list[Secret]:
        """Give the user's secrets that are not this rule's, each once."""
        own = {secret.value for secret in ready.rule.secrets}
        others = {secret.value: secret for rule in self._rules() for secret in rule.secrets}
        return [secret for value, secret in others.items() if value not in own and value.strip()]

    def _settings(self, ready: Ready) -> list[Mapping[str, str]]:
        """Give the settings of the user's other rules for the same scheme."""
        own = dict(ready.rule.params)
        return [rule.params for rule in self._rules() if rule.scheme == ready.scheme.id and dict(rule.params) != own]

    def _rules(self) -> tuple[Rule, ...]:
        return (*self.signatures.rules, *self._known)

    def _schemes(self, subject: Subject, scheme: Scheme) -> list[Check]:
        """Give the other schemes whose signature stands in this request, no two that check alike."""
        if self._checks is None:
            self._checks = [Check(other) for other in self.signatures.catalogue if other.kind in {"mac", "digest"}]
        reading = Reading(subject)
        alike = {_essence(scheme)}
        chosen = []
        for check in self._checks:
            essence = _essence(check.scheme)
            if essence not in alike and check.text.find(reading)[0]:
                alike.add(essence)
                chosen.append(check)
        return chosen

    def _missing(self, search: Search, view: SignatureView) -> Explanation | None:
        """Say what stands in the request instead of the signature."""
        if all(source.kind in {"json", "form"} for source in search.check.text.sources):
            for variant in bodies(search):
                if search.holds(Change(content=variant.content)):
                    said = f"proven: the signature is there and right in the body {variant.said}"
                    return Explanation(variant.reason, said, "look for what rewrites bodies on the way to the relay")
        judged = Signatures(catalogue=self.signatures.catalogue).judge(search.subject)
        if not judged.provider or judged.provider == search.scheme.id:
            return None
        other = self.signatures.catalogue.get(judged.provider)
        said = f"{view.sentence}; it carries a signature of {other.name} instead"
        return Explanation(Reason.MISSING_SIGNATURE, said, f"if {other.name} sends here, add a rule for {other.id}")


def _fingerprint(subject: Subject) -> tuple[tuple[str, str], ...]:
    """Give the body's hash, to be compared with the body that the app or the provider has."""
    if subject.content is None:
        return ()
    return (("body SHA-256", hashlib.sha256(subject.content).hexdigest()),)


def _essence(scheme: Scheme) -> tuple[object, ...]:
    place = scheme.signature
    return (scheme.algorithm, scheme.signed, scheme.key, place.prefix, place.encoding, place.keys, tuple(scheme.fields))


def _rewritten(search: Search, view: SignatureView) -> Explanation | None:
    """Name the change of a body whose hash is known from the token: the reason stays what it is."""
    for variant in bodies(search):
        if search.finding(Change(content=variant.content)).reason in {None, *_CLOCK}:
            said = f"{view.sentence}; proven: it fits the body {variant.said}"
            return Explanation(Reason.BODY_HASH_MISMATCH, said, view.next_step)
    return None


def _clock(search: Search, reason: Reason, view: SignatureView) -> Explanation | None:
    """Name a time zone where the age is a whole number of hours."""
    reading = search.reading(Change())
    for text in search.check.text.find(reading)[0]:
        search.check.text.signatures(text, reading)  # names the parts of its text, as `t=`
    stamp, _ = search.check.bind(reading)
    if stamp is None or search.subject.received_at is None:
        return None
    age = search.subject.received_at - stamp
    hours = round(age / _HOUR)
    if not hours or abs(age) > _FARTHEST_ZONE or abs(age - hours * _HOUR) > _NEAR_HOUR_SECONDS:
        return None
    said = f"{view.sentence}; a whole number of hours points to a clock in another time zone"
    return Explanation(reason, said, "compare the time zone where these requests are signed, unless this is a replay")
