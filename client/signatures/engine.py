"""Judges requests: which rule covers them, what they are, whether their signature holds."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace as changed

import msgspec
from msgspec.structs import replace

from client.signatures.catalogue import Catalogue
from client.signatures.check import Check
from client.signatures.clock import Clock, judge_answer
from client.signatures.facts import EventFacts, Facts, Recogniser
from client.signatures.keys import Key, KeyUnusable, make_key
from client.signatures.material import KeyFiles, KeyUnavailable, stored_key
from client.signatures.phrases import Phrases
from client.signatures.reading import Reading
from client.signatures.rule import AUTO, Rule, covering
from client.signatures.scheme import Scheme
from client.signatures.secret import Secret
from client.signatures.subject import Subject
from client.signatures.verdict import Finding, Reason
from client.views import SignatureView

__all__ = ["Judgement", "Rule", "Secret", "Signatures", "Subject"]


class Judgement(msgspec.Struct, frozen=True):
    """What a request is, and whether its signature holds."""

    provider: str
    """A scheme's id; empty: not recognised."""
    event_type: str
    event_id: str
    signature: SignatureView
    require: bool
    """True: the rule demands a valid signature."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A rule with a scheme, made ready: keys decoded, templates parsed."""

    rule: Rule
    scheme: Scheme
    check: Check
    facts: Facts
    keys: tuple[Key, ...]
    phrases: Phrases
    trouble: Finding | None
    """Why no key can be used; the check then fails closed."""
    fetches: bool
    """The key is not in a secret: the provider publishes it, and it is fetched."""


class Signatures:
    """Judges the requests of one client by its rules."""

    def __init__(self, *, catalogue: Catalogue, rules: Sequence[Rule] = (), key_files: KeyFiles | None = None) -> None:
        """Make the rules ready.

        Args:
            catalogue: the schemes.
            rules: what is checked.
            key_files: providers' public keys that were fetched; None: none are.

        Raises:
            UnknownScheme: a rule names a scheme that is in no catalogue.
        """
        self.catalogue = catalogue
        self.rules = tuple(rules)
        self._key_files = key_files
        self._recogniser = Recogniser(catalogue)
        self._facts: dict[str, Facts] = {}
        self._ready: dict[tuple[int, str], Ready] = {}
        for number, rule in enumerate(self.rules):
            if rule.scheme != AUTO:
                self._prepare(number, catalogue.get(rule.scheme))
        self._sole = self._find_sole()
        """The only rule, where it covers every path: nothing is to be chosen then."""

    def judge(self, subject: Subject) -> Judgement:
        """Say what a request is, and whether its signature holds.

        It is checked against the rule with the longest path that covers it; of several such, the one to whose scheme
        the request's fields point, else the first. Never raises: whatever the bytes, the answer is a judgement.
        """
        ready = self.choose(subject)
        if ready is None:
            return self._unconfigured(subject)
        reading = Reading(subject, ready.rule.params)
        finding = self._find(ready, reading, subject.received_at)
        facts = ready.facts.read(reading)
        provider = ready.scheme.id
        if finding.reason is Reason.MISSING_SIGNATURE:
            provider, facts = self._stranger(subject, provider, facts)
        signature = ready.phrases.view(finding, reading)
        if ready.rule.scheme == AUTO:
            checked = (*signature.checked, ("recognised", self._recogniser.why(subject.fields)))
            signature = replace(signature, checked=checked)
        return Judgement(provider, facts.type, facts.id, signature, ready.rule.require)

    def clock(self, provider: str, *, attempt: int, status: int | None, failure: str, duration_seconds: float) -> Clock:
        """Say how the provider takes the answer to one of its attempts; see `judge_answer`.

        Args:
            provider: a scheme's id, or empty.
            attempt: 1 for the first time it sent the event.
            status: what the app answered; None: it did not.
            failure: a code of the error table where it did not.
            duration_seconds: from receipt to answer, or to giving up.
        """
        return judge_answer(
            self.catalogue.find(provider),
            attempt=attempt,
            status=status,
            failure=failure,
            duration_seconds=duration_seconds,
        )

    def recognise(self, subject: Subject) -> str:
        """Give the id of the scheme that the request's fields point to, or nothing."""
        seen = self._recogniser.recognise(subject.fields)
        return "" if seen is None else seen.id

    def learn(self, rule: Rule, secret: Secret) -> None:
        """Check by a secret that the provider has told, where the rule has none. It counts from the next request on."""
        if rule not in self.rules or rule.secrets:
            return
        number = self.rules.index(rule)
        self.rules = (*self.rules[:number], changed(rule, secrets=(secret,)), *self.rules[number + 1 :])
        for key in [key for key in self._ready if key[0] == number]:
            del self._ready[key]
        self._sole = self._find_sole()

    def requires(self, path: str) -> bool:
        """Tell whether a request for `path` must have a valid signature."""
        return any(rule.require for rule in covering(self.rules, path))

    def _find(self, ready: Ready, reading: Reading, now: float | None) -> Finding:
        if not ready.fetches:
            return ready.trouble or ready.check.run(reading, ready.keys, now)
        try:
            keys = self.keys_for(ready, reading, now)
        except (KeyUnavailable, KeyUnusable) as problem:
            return Finding(Reason.CERTIFICATE, str(problem))
        return ready.trouble or ready.check.run(reading, keys, now)

    def keys_for(self, ready: Ready, reading: Reading, now: float | None) -> tuple[Key, ...]:
        """Give the keys that a request is checked with: the rule's, or the one that was fetched for it.

        Raises:
            KeyUnavailable: it is not on this machine, or must not be used.
            KeyUnusable: it is of no form that the scheme's keys have.
        """
        if not ready.fetches:
            return ready.keys
        secret = stored_key(ready.scheme, reading, self._key_files, now)
        return (make_key(secret, ready.scheme.key, ready.scheme.algorithm),)

    def choose(self, subject: Subject) -> Ready | None:
        """Give the rule by which a request is checked, made ready; None: no rule covers it."""
        if self._sole is not None:
            return self._sole
        rules = covering(self.rules, subject.path) if self.rules else []
        if not rules:
            return None
        if len(rules) == 1 and rules[0].scheme != AUTO:
            return self._prepare(self.rules.index(rules[0]), self.catalogue.get(rules[0].scheme))
        seen = self._recogniser.recognise(subject.fields)
        for rule in rules:
            if seen is not None and rule.scheme in {seen.id, AUTO}:
                return self._prepare(self.rules.index(rule), seen)
        named = [rule for rule in rules if rule.scheme != AUTO]
        if not named:
            return None
        chosen = next((rule for rule in named if self._signed_as(rule, subject)), named[0])
        return self._prepare(self.rules.index(chosen), self.catalogue.get(chosen.scheme))

    def _find_sole(self) -> Ready | None:
        if len(self.rules) != 1 or self.rules[0].path != "/" or self.rules[0].scheme == AUTO:
            return None
        return self._prepare(0, self.catalogue.get(self.rules[0].scheme))

    def _signed_as(self, rule: Rule, subject: Subject) -> bool:
        ready = self._prepare(self.rules.index(rule), self.catalogue.get(rule.scheme))
        return bool(ready.check.text.find(Reading(subject, rule.params))[0])

    def _prepare(self, number: int, scheme: Scheme) -> Ready:
        ready = self._ready.get((number, scheme.id))
        if ready is None:
            ready = self._ready[number, scheme.id] = _make_ready(self.rules[number], scheme, self._facts_of(scheme))
        return ready

    def _facts_of(self, scheme: Scheme) -> Facts:
        facts = self._facts.get(scheme.id)
        if facts is None:
            facts = self._facts[scheme.id] = Facts(scheme)
        return facts

    def _unconfigured(self, subject: Subject) -> Judgement:
        seen = self._recogniser.recognise(subject.fields)
        required = self.requires(subject.path) if self.rules else False
        if self.rules and any(rule.scheme == AUTO for rule in covering(self.rules, subject.path)):
            return Judgement("", "", "", _stranger_to_all(subject), required)
        if seen is None:
            return Judgement("", "", "", _NOT_ASKED, required)
        facts = self._facts_of(seen).read(Reading(subject))
        said = SignatureView(
            state="unconfigured",
            scheme=seen.id,
            sentence=f"looks like {seen.name}; its signature is not checked",
            next_step=f"check it: hookline http … --verify {seen.id} --secret-env VARIABLE",
        )
        return Judgement(seen.id, facts.type, facts.id, said, required)

    def _stranger(self, subject: Subject, provider: str, facts: EventFacts) -> tuple[str, EventFacts]:
        """Say what an unsigned request is: another provider's, where its fields point there."""
        seen = self._recogniser.recognise(subject.fields)
        if seen is None or seen.id == provider:
            return provider, facts
        return seen.id, self._facts_of(seen).read(Reading(subject))


_NOT_ASKED = SignatureView(state="unconfigured", sentence="no signature check is configured for this path")


def _stranger_to_all(subject: Subject) -> SignatureView:
    """Say that no scheme was recognised, and what in the request looks like a signature."""
    names = [name.decode("latin-1") for name, _ in subject.fields if _LIKE_A_SIGNATURE.search(name)]
    seen = f"; what looks like a signature is in {', '.join(dict.fromkeys(names))}" if names else ""
    return SignatureView(
        state="unverifiable",
        reason=Reason.SCHEME_UNKNOWN.value,
        sentence=f"not checked: no known provider signs like this{seen}",
        next_step="name the scheme with --verify or --scheme: `hookline schemes` lists them",
    )


_LIKE_A_SIGNATURE = re.compile(rb"(?i)sign|hmac|digest|token|^authorization$")


def _make_ready(rule: Rule, scheme: Scheme, facts: Facts) -> Ready:
    keys: list[Key] = []
    trouble: Finding | None = None
    for secret in rule.secrets:
        if not secret.value.strip():
            continue  # fails closed: an empty secret is no key
        try:
            keys.append(make_key(secret, scheme.key, scheme.algorithm))
        except KeyUnusable as error:
            trouble = trouble or Finding(Reason.SECRET_UNDECODABLE, str(error))
    if keys:
        trouble = None
    missing = next((name for name in scheme.params if not rule.params.get(name)), None)
    if missing is not None:
        trouble = trouble or Finding(Reason.CONFIG_PARAM, missing)
    phrases = Phrases(scheme, tuple(secret.name for secret in rule.secrets))
    fetches = bool(scheme.key_from) and (not rule.secrets or "client_id" in rule.params)
    if fetches and trouble is not None and trouble.reason is Reason.SECRET_UNDECODABLE:
        trouble = None  # the secret is for the provider's interface, not a key
    return Ready(rule, scheme, Check(scheme), facts, tuple(keys), phrases, trouble, fetches)
