"""What leaves, leaves redacted, and whole or not at all."""

import subprocess

import pytest

from client.deliveries.export import FORMATS, ExportRefused, Format, export
from client.deliveries.export.redact import is_secret
from client.deliveries.importing import RequestUnreadable, read_request
from shared.printable import printable
from tests.client.deliveries.export.echo import echo
from tests.client.deliveries.export.samples import CONTENTS, exchange

SECRETS = exchange(
    base="https://user:hunter2@demo.example.com",
    target=b"/hook?x=1&token=hunter2&api_key=hunter2;sig=hunter2",
    fields=(
        (b"Authorization", b"Bearer hunter2"),
        (b"cookie", b"sid=hunter2"),
        (b"X-TalkifAI-Signature", b"sha256=hunter2"),
        (b"X-Proof", b"hunter2"),
        (b"X-Plain", b"kept"),
    ),
    signature_fields=frozenset({b"x-proof"}),
    response=None,
)


@pytest.mark.parametrize("form", FORMATS)
def test_export_keeps_secrets_back(form: Format) -> None:
    """In no form does a key, cookie or signature leave, and the result names what did not."""
    done = export([SECRETS], form)
    assert (b"hunter2" in done.data, b"kept" in done.data) == (False, True)
    assert done.redacted == (
        "field authorization",
        "field cookie",
        "field x-talkifai-signature",
        "field x-proof",
        "query parameter token",
        "query parameter api_key",
        "query parameter sig",
        "user and password in the URL",
    )


@pytest.mark.parametrize("form", FORMATS)
def test_export_with_secrets_writes_them(form: Format) -> None:
    """On demand everything is in the file."""
    done = export([SECRETS], form, with_secrets=True)
    assert (b"hunter2" in done.data, done.redacted) == (True, ())


@pytest.mark.parametrize(
    "name",
    [
        b"X-Hub-Signature-256",
        b"X-Gitlab-Token",
        b"X-Shopify-Hmac-Sha256",
        b"Paypal-Transmission-Sig",
        b"X-Api-Key",
        b"Idempotency-Key-Api-Key",
        b"X-Functions-Key",
        b"Ocp-Apim-Subscription-Key",
        b"Set-Cookie",
    ],
)
def test_is_secret_knows_names_of_the_trade(name: bytes) -> None:
    """What carries a key or a proof is known by its name."""
    assert is_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        b"Content-Type",
        b"X-Request-Id",
        b"Host",
        b"X-GitHub-Event",
        b"Content-Digest",
        b"Idempotency-Key",
        b"X-Idempotency-Key",
        b"idempotency_key",
        b"X-Event-Key",
        b"Surrogate-Key",
        b"Sec-WebSocket-Key",
    ],
)
def test_is_secret_leaves_the_rest(name: bytes) -> None:
    """What is no secret stays readable."""
    assert not is_secret(name)


@pytest.mark.parametrize("form", ["curl", "httpie", "raw", "python", "pytest"])
def test_export_refuses_what_was_not_captured_whole(form: Format) -> None:
    """A cut content is never written as if it were the whole."""
    with pytest.raises(ExportRefused, match="not captured whole"):
        export([exchange(), exchange(content=None, content_bytes=9)], form)


def test_export_of_nothing_is_refused() -> None:
    """An empty file would be taken for a result."""
    with pytest.raises(ExportRefused, match="nothing to export"):
        export([], "har")


@pytest.mark.parametrize("name", CONTENTS)
def test_json_comes_in_again_unchanged(name: str) -> None:
    """The product's own form loses nothing."""
    sent = [exchange(content=CONTENTS[name]), exchange(content=None, content_bytes=9), exchange(response=None)]
    assert read_request(export(sent, "json", with_secrets=True).data) == sent


@pytest.mark.parametrize(
    "damage",
    [(b'"/webhooks', b'"/other'), (b'"text"', b'"base64"'), (b'"POST"', b'"\\u20ac"'), (b'"exchanges"', b'"x"')],
)
def test_json_that_was_damaged_is_refused(damage: tuple[bytes, bytes]) -> None:
    """Members that contradict each other are said, not guessed at."""
    with pytest.raises(RequestUnreadable):
        read_request(export([exchange()], "json").data.replace(*damage, 1))


@pytest.mark.parametrize("name", ["history", "history on a later line"])
def test_curl_line_survives_history_expansion(name: str) -> None:
    """Pasted into an interactive bash, `!` stays `!`."""
    with echo() as server:
        line = export([exchange(server.base, content=CONTENTS[name])], "curl", with_secrets=True).data
        script = b"set -o history -o histexpand\n" + line
        done = subprocess.run(["bash"], input=script, capture_output=True, timeout=30, check=False)
        assert (done.stdout, server.only().content) == (b"ok", CONTENTS[name])


@pytest.mark.parametrize(
    "name",
    ["X-Master-Key", "X-Amzn-Oidc-Data", "X-Jwt", "X-Ms-Client-Assertion", "DPoP", "X-Forwarded-Client-Cert", "Bearer"],
)
def test_field_that_proves_who_sent_it_is_secret(name: str) -> None:
    """Proxies pass proofs on under names of their own."""
    assert is_secret(name.encode())


@pytest.mark.parametrize("name", [b"code", b"access_key", b"client_key", b"%74oken", b"c%6Fde", b"api%5Fkey"])
def test_parameter_that_is_a_key_is_kept_back_however_it_is_spelled(name: bytes) -> None:
    """Its name is judged as the app reads it."""
    done = export([exchange(target=b"/?" + name + b"=hunter2&barcode=kept")], "json")
    assert (b"hunter2" in done.data, b"kept" in done.data) == (False, True)


@pytest.mark.parametrize("form", ["har", "json"])
def test_json_steers_no_terminal_and_reads_back(form: Format) -> None:
    """Controls beyond ASCII are escaped; the bytes that come in again are those that left."""
    content = "\x7f\x9b31m\u202e\u2028\U000e0041 größe ☃".encode()
    sent = exchange(content=content, fields=((b"X-C1", b"\x9b2J"),))
    data = export([sent], form, with_secrets=True).data
    (back,) = read_request(data)
    assert (printable(data.decode()), back.content, back.fields) == (data.decode(), content, sent.fields)
