"""What the tunnels of a client share to check signatures: catalogue, fetched keys, learned secrets."""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path

from client.deliveries.judging import Doubt
from client.deliveries.second_look import SecondLook
from client.deliveries.store import Store
from client.plan import TunnelPlan
from client.signatures.catalogue import Catalogue
from client.signatures.engine import Signatures
from client.signatures.explaining import Explainer
from client.signatures.fetch import Download, HttpsDownload, KeyFetcher
from client.signatures.greet import Greet
from client.signatures.handshakes import Handshakes
from client.signatures.learned import LearnedSecrets
from client.signatures.material import KeyFiles
from client.signatures.require import Require
from client.signatures.rule import AUTO, Rule
from client.signatures.secret import Secret, SecretUnusable
from shared.exchange import Handler


class Checks:
    """Builds the checks of tunnels, and looks for the causes of what fails."""

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        tunnels: Sequence[TunnelPlan],
        store: Store,
        keys: Path,
        secrets: Path,
        urls: Callable[[], Sequence[str]],
        say: Callable[[str], None],
        clock: Callable[[], float],
        download: Download | None = None,
    ) -> None:
        """Prepare.

        Args:
            catalogue: the schemes.
            tunnels: all of them: a failure may be explained by another one's secret.
            store: where what is found is written.
            keys: the directory of fetched keys.
            secrets: the directory of keys that providers have told.
            urls: gives the public URLs.
            say: tells the user a sentence.
            clock: monotonic seconds.
            download: gets keys; None: over https.
        """
        self._catalogue = catalogue
        self._learned = LearnedSecrets(secrets)
        self._rules = [rule for tunnel in tunnels for rule in tunnel.rules]
        self._keys = KeyFiles(keys)
        self._https: HttpsDownload | None = None
        self._fetcher = KeyFetcher(files=self._keys, download=download or self._download, clock=clock)
        self._look = SecondLook(store=store, fetcher=self._fetcher)
        self._urls = urls
        self._say = say

    @cached_property
    def _handshakes(self) -> Handshakes:
        return Handshakes.load()

    def signatures(self, tunnel: TunnelPlan) -> Signatures:
        """Give what judges a tunnel's requests.

        Raises:
            UnknownScheme: a rule names a scheme that is not known.
        """
        self._rules += [rule for rule in tunnel.rules if rule not in self._rules]
        if any(rule.scheme == AUTO or self._fetches(rule) for rule in tunnel.rules):
            self._keys.load()
        return self._made(tunnel.rules, tunnel.name)

    def of_all(self) -> Signatures:
        """Give what judges by the rules of all tunnels, for what comes through none of them."""
        return self._made(self._rules, "")

    def before(self, app: Handler, signatures: Signatures, tunnel: TunnelPlan) -> Handler:
        """Put before an app what answers handshakes and what refuses, where the tunnel's rules ask for it."""
        chain = app
        if any(rule.require for rule in tunnel.rules):
            chain = Require(chain, signatures=signatures, fetcher=self._fetcher)
        if any(rule.handshake for rule in tunnel.rules):
            chain = Greet(
                chain,
                signatures=signatures,
                handshakes=self._handshakes,
                on_learned=partial(self._keep, signatures, tunnel.name),
                asking=[rule for rule in tunnel.rules if self._only_asks(rule)],
            )
        return chain

    def doubt(self, signatures: Signatures) -> Doubt:
        """Give what has the causes of failures found."""
        return self._look.through(Explainer(signatures, known=self._rules, urls=self._urls))

    async def run(self) -> None:
        """Find causes until cancelled."""
        await self._look.run()

    def _made(self, rules: Sequence[Rule], tunnel: str) -> Signatures:
        ready = [self._complete(rule, tunnel) for rule in rules if not self._only_asks(rule)]
        return Signatures(catalogue=self._catalogue, rules=ready, key_files=self._keys)

    def _fetches(self, rule: Rule) -> bool:
        scheme = self._catalogue.find(rule.scheme)
        return scheme is not None and bool(scheme.key_from)

    def _only_asks(self, rule: Rule) -> bool:
        known = rule.scheme == AUTO or self._catalogue.find(rule.scheme) is not None
        return not known and rule.handshake and self._handshakes.knows(rule.scheme)

    def _complete(self, rule: Rule, tunnel: str) -> Rule:
        if rule.secrets or not rule.handshake:
            return rule
        return replace(rule, secrets=self._learned.find(rule, tunnel))

    async def _keep(self, signatures: Signatures, tunnel: str, rule: Rule, secret: Secret) -> None:
        """Use a key that a provider has told, keep it, and say so."""
        name = self._catalogue.get(rule.scheme).name
        try:
            kept = await asyncio.to_thread(self._learned.keep, rule, tunnel, secret)
        except SecretUnusable as problem:
            signatures.learn(rule, secret)
            self._say(f"{name} has told its signing secret; it is used until hookline ends, since {problem}")
            return
        signatures.learn(rule, kept)
        self._say(f"{name} has told its signing secret: it is kept in {kept.name}, which only you can read, and used")

    async def _download(self, url: str, body: dict[str, str] | None = None) -> bytes:
        """Get a key over https; see `Download`."""
        if self._https is None:
            self._https = HttpsDownload(context=await asyncio.to_thread(ssl.create_default_context))
        return await self._https(url, body)
