"""Fetching providers' keys, against a TLS server on this machine."""

import asyncio
import datetime as dt
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from client.signatures.engine import Rule, Secret, Signatures, Subject
from client.signatures.fetch import PATIENCE_SECONDS, HttpsDownload, KeyFetcher
from client.signatures.material import KeyFiles, KeyUnavailable
from client.signatures.sign import signed
from client.simulate.resolver import LocalhostResolver
from tests.client.signatures.vectors import CATALOGUE, own

NOW = 1_800_000_000.0
URL = "https://api.paypal.com/v1/notifications/certs/CERT-360caa42"
PARAMS = {"webhook_id": "8PT597110X687430L"}


def certificate(name: str, days: int = 3650) -> tuple[bytes, bytes]:
    """Make a certificate with its private key, both in PEM; valid around now and the test's own time."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begin = dt.datetime.fromtimestamp(NOW, dt.UTC) - dt.timedelta(days=1000)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + dt.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made.public_bytes(serialization.Encoding.PEM), private


SIGNER, SIGNER_KEY = certificate("messageverificationcerts.paypal.com")
EXPIRED, _ = certificate("messageverificationcerts.paypal.com", days=10)


@dataclass
class Provider:
    """A download that answers from a table and counts."""

    answers: dict[str, bytes] = field(default_factory=lambda: {URL: SIGNER})
    asked: list[tuple[str, dict[str, str] | None]] = field(default_factory=list)

    async def __call__(self, url: str, body: dict[str, str] | None = None) -> bytes:
        """Give an answer."""
        self.asked.append((url, body))
        if url not in self.answers:
            raise KeyUnavailable("the provider's key could not be fetched: offline")
        return self.answers[url]


def paypal(url: str = URL) -> Subject:
    """Make a delivery as PayPal signs it."""
    plain = Subject(b"POST", "https://h.example/", ((b"PAYPAL-CERT-URL", url.encode()),), b'{"id":"WH-1"}', NOW)
    return signed(CATALOGUE.get("paypal"), Secret("key", SIGNER_KEY), plain, now=NOW, params=PARAMS)


async def judged(tmp_path: Path, provider: Provider, subject: Subject, rule: Rule | None = None) -> tuple[str, str]:
    """Fetch what is needed and judge."""
    files = KeyFiles(tmp_path / "keys")
    await asyncio.to_thread(files.load)
    chosen = rule or Rule("paypal", params=PARAMS)
    signatures = Signatures(catalogue=CATALOGUE, rules=[chosen], key_files=files)
    await KeyFetcher(files=files, download=provider, clock=lambda: 0.0).prepare(signatures, subject)
    view = signatures.judge(subject).signature
    return view.state, view.reason


async def test_certificate_is_fetched_once(tmp_path: Path) -> None:
    """The first delivery brings the certificate onto the disk, the next one finds it there."""
    provider = Provider()
    assert await judged(tmp_path, provider, paypal()) == ("valid", "")
    assert await judged(tmp_path, provider, paypal()) == ("valid", "")
    assert provider.asked == [(URL, None)]


async def test_offline_is_unverifiable_and_not_invalid(tmp_path: Path) -> None:
    """Where the key cannot be had, nothing is said against the sender."""
    assert await judged(tmp_path, Provider({}), paypal()) == ("unverifiable", "certificate")


async def test_expired_certificate_is_unverifiable(tmp_path: Path) -> None:
    """A certificate that had ended by the time of receipt proves nothing."""
    assert await judged(tmp_path, Provider({URL: EXPIRED}), paypal()) == ("unverifiable", "certificate")


@pytest.mark.parametrize(
    "url",
    [
        "http://api.paypal.com/cert",
        "https://api.paypal.com.evil.example/cert",
        "https://evil.example/api.paypal.com",
        "https://user@api.paypal.com/cert",
        "https://api.paypal.com:8443/cert",
        "https://[::1/",
        "file:///etc/passwd",
        "",
    ],
)
async def test_key_is_never_fetched_from_elsewhere(tmp_path: Path, url: str) -> None:
    """A request cannot send us to an address of its own choice."""
    provider = Provider({url: SIGNER})
    assert await judged(tmp_path, provider, paypal(url)) == ("unverifiable", "certificate")
    assert provider.asked == []


async def test_altered_body_under_a_fetched_key_is_invalid(tmp_path: Path) -> None:
    """With the right certificate a changed body is found out."""
    subject = paypal()
    changed = Subject(subject.method, subject.url, subject.fields, b'{"id":"WH-2"}', NOW)
    assert await judged(tmp_path, Provider(), changed) == ("invalid", "signature_mismatch")


async def test_plaid_is_asked_with_the_users_credentials(tmp_path: Path) -> None:
    """Plaid's key comes from its interface, by the id that the token names."""
    vector = next(vector for vector in own() if vector.id == "plaid")
    provider = Provider({"https://production.plaid.com/webhook_verification_key/get": b'{"key":%s}' % vector.key})
    rule = Rule("plaid", (Secret("env:PLAID_SECRET", b"api-secret"),), params={"client_id": "c1"})
    assert await judged(tmp_path, provider, vector.subject, rule) == ("valid", "")
    assert provider.asked[0][1] == {
        "client_id": "c1",
        "secret": "api-secret",
        "key_id": "6c5516e1-92dc-479e-a8ff-5a51992e0001",
    }


SERVER, SERVER_KEY = certificate("keys.localhost")


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[tuple[int, ssl.SSLContext]]:
    """Give a TLS server's port, with the context that trusts it."""
    pem = tmp_path / "server.pem"
    await asyncio.to_thread(pem.write_bytes, SERVER + SERVER_KEY)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(pem)
    app = web.Application()

    async def key(_request: web.Request) -> web.Response:
        """Give a key."""
        return web.Response(body=b"material")

    async def big(_request: web.Request) -> web.Response:
        """Give more than any key has."""
        return web.Response(body=b"x" * 100_000)

    async def moved(_request: web.Request) -> web.Response:
        """Send the asker elsewhere."""
        raise web.HTTPFound("/key")

    app.router.add_get("/key", key)
    app.router.add_get("/big", big)
    app.router.add_get("/moved", moved)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=serving).start()
    trusting = ssl.create_default_context(cadata=SERVER.decode())
    yield runner.addresses[0][1], trusting
    await runner.cleanup()


async def test_download_over_tls(server: tuple[int, ssl.SSLContext]) -> None:
    """What is there is given whole."""
    port, context = server
    download = HttpsDownload(context=context, resolver=LocalhostResolver())
    assert await download(f"https://keys.localhost:{port}/key") == b"material"


@pytest.mark.parametrize("path", ["/big", "/moved", "/absent"])
async def test_download_refuses_what_is_no_plain_answer(server: tuple[int, ssl.SSLContext], path: str) -> None:
    """Neither redirects nor endless answers are followed."""
    port, context = server
    download = HttpsDownload(context=context, resolver=LocalhostResolver())
    with pytest.raises(KeyUnavailable, match="could not be fetched"):
        await download(f"https://keys.localhost:{port}{path}")


async def test_download_checks_the_servers_certificate(server: tuple[int, ssl.SSLContext]) -> None:
    """A server that nobody vouches for gives no keys."""
    download = HttpsDownload(context=ssl.create_default_context(), resolver=LocalhostResolver())
    with pytest.raises(KeyUnavailable, match="could not be fetched"):
        await download(f"https://keys.localhost:{server[0]}/key")


def test_key_is_kept_in_memory_where_the_disk_takes_nothing(tmp_path: Path) -> None:
    """A directory that cannot be written or read is no failure."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    files = KeyFiles(blocked / "keys")
    files.load()
    files.put("name", b"material")
    files.save("name")
    assert files.get("name") == b"material"
    assert files.get("other") is None


def test_number_of_keys_is_bounded(tmp_path: Path) -> None:
    """A provider, or who plays one, cannot fill memory with keys."""
    files = KeyFiles(tmp_path)
    for number in range(300):
        files.put(str(number), b"")
    assert (files.get("0"), files.get("299")) == (None, b"")


async def test_key_that_cannot_be_had_is_not_asked_for_at_once_again(tmp_path: Path) -> None:
    """A burst of deliveries costs one attempt; after a while it is tried again."""
    provider, now = Provider({}), [0.0]
    files = KeyFiles(tmp_path / "keys")
    signatures = Signatures(catalogue=CATALOGUE, rules=[Rule("paypal", params=PARAMS)], key_files=files)
    fetcher = KeyFetcher(files=files, download=provider, clock=lambda: now[0])
    for _ in range(3):
        assert "offline" in await fetcher.prepare(signatures, paypal())
    assert len(provider.asked) == 1
    provider.answers[URL], now[0] = SIGNER, PATIENCE_SECONDS
    assert await fetcher.prepare(signatures, paypal()) == ""


async def test_deliveries_that_come_together_share_one_fetch(tmp_path: Path) -> None:
    """Who comes while a key is being fetched waits for it."""
    arrived, asked = asyncio.Event(), []

    async def slow(url: str, body: dict[str, str] | None = None) -> bytes:
        """Give the key when the test says so."""
        asked.append(url)
        await arrived.wait()
        return SIGNER

    files = KeyFiles(tmp_path / "keys")
    signatures = Signatures(catalogue=CATALOGUE, rules=[Rule("paypal", params=PARAMS)], key_files=files)
    fetcher = KeyFetcher(files=files, download=slow, clock=lambda: 0.0)
    async with asyncio.TaskGroup() as tasks:
        waiting = [tasks.create_task(fetcher.prepare(signatures, paypal())) for _ in range(5)]
        while not asked:  # noqa: ASYNC110 - until the first of them has begun
            await asyncio.sleep(0)
        arrived.set()
    assert ([task.result() for task in waiting], len(asked)) == ([""] * 5, 1)
