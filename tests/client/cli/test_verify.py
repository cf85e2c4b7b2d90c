"""`hookline verify` over files."""

import asyncio
import hashlib
import hmac
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from client.cli.verify import command
from client.signatures.engine import Secret, Signatures, Subject
from client.signatures.sign import signed
from tests.client.cli.desk import Client, running_client
from tests.client.deliveries.stage import SECRET, Desk, event
from tests.client.signatures.test_fetch import PARAMS, SIGNER, SIGNER_KEY
from tests.client.signatures.vectors import CATALOGUE, Vector, own, published

BODY = b'{"id":"evt_1","type":"call.ended","data":{"n":1}}'


def raw(vector: Vector) -> bytes:
    """Write a vector's request as it stands on the wire."""
    host, _, rest = vector.subject.url.partition("://")[2].partition("/")
    content = vector.subject.content or b""
    lines = [vector.subject.method + b" /" + rest.encode() + b" HTTP/1.1", b"Host: " + host.encode()]
    lines += [name + b": " + value for name, value in vector.subject.fields]
    lines += [b"Content-Length: " + str(len(content)).encode(), b"", content]
    return b"\r\n".join(lines)


def run(vector: Vector, path: Path, *more: str) -> Result:
    """Verify the request in a file as a user would."""
    arguments = ["--request", str(path), "--scheme", vector.scheme, "--secret-env", "KEY", "--url", vector.subject.url]
    if vector.subject.received_at is not None:
        arguments += ["--at", str(vector.subject.received_at)]
    for name, value in vector.params.items():
        arguments += ["--param", f"{name}={value}"]
    return CliRunner().invoke(command, [*arguments, *more], env={"KEY": vector.key.decode()})


@pytest.mark.parametrize("vector", [*own(), *published()], ids=lambda vector: vector.id)
def test_verdict_of_a_vector_in_a_file(vector: Vector, tmp_path: Path) -> None:
    """A raw request gives the vector's verdict, its reason, and the exit code that goes with it."""
    path = tmp_path / "request.http"
    path.write_bytes(raw(vector))
    result = run(vector, path, "--json")
    found = json.loads(result.output)
    verdict = found["verdict"] if found["verdict"] == "valid" else f"{found['verdict']}:{found['finding']}"
    assert (verdict, result.exit_code) == (vector.expect, 0 if vector.expect == "valid" else 1)


def talkifai() -> Vector:
    """Give a valid TalkifAI request."""
    return next(vector for vector in own() if vector.scheme == "talkifai" and vector.expect == "valid")


def test_har_entry(tmp_path: Path) -> None:
    """A HAR entry is read as well."""
    vector = talkifai()
    headers = [{"name": name.decode(), "value": value.decode()} for name, value in vector.subject.fields]
    text = (vector.subject.content or b"").decode()
    entry = {
        "request": {
            "method": "POST",
            "url": vector.subject.url,
            "httpVersion": "HTTP/1.1",
            "headers": headers,
            "postData": {"mimeType": "application/json", "text": text},
        }
    }
    path = tmp_path / "one.har"
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": [entry]}}))
    assert run(vector, path).exit_code == 0


def test_curl_line(tmp_path: Path) -> None:
    """A cURL line is read as well."""
    vector = talkifai()
    headers = " ".join(f"-H '{name.decode()}: {value.decode()}'" for name, value in vector.subject.fields)
    path = tmp_path / "line.sh"
    path.write_text(
        f"curl -X POST {headers} --data-binary '{(vector.subject.content or b'').decode()}' {vector.subject.url}"
    )
    assert run(vector, path).exit_code == 0


def test_words_for_people(tmp_path: Path) -> None:
    """Without --json verdict, reason and next step are lines; neither secret nor signature is among them."""
    vector = talkifai()
    path = tmp_path / "request.http"
    path.write_bytes(raw(vector).replace(b"sha256=", b""))
    result = run(vector, path)
    assert result.output.startswith("✗ invalid: the signature does not begin with sha256=")
    assert vector.key.decode() not in result.output


def test_known_secret_is_named(tmp_path: Path) -> None:
    """A secret of another endpoint that fits is named by its variable."""
    vector = talkifai()
    path = tmp_path / "request.http"
    path.write_bytes(raw(vector))
    arguments = ["--request", str(path), "--scheme", "talkifai", "--secret-env", "WRONG", "--known-secret-env", "RIGHT"]
    result = CliRunner().invoke(command, [*arguments, "--json"], env={"WRONG": "x", "RIGHT": vector.key.decode()})
    found = json.loads(result.output)
    assert (found["reason"], found["proven"], "env:RIGHT" in found["sentence"]) == ("other_known_secret", True, True)


def test_window_is_not_judged_without_a_time(tmp_path: Path) -> None:
    """A file has no time of receipt: that its window was not judged is said."""
    vector = next(vector for vector in own() if vector.id == "stripe-too-old")
    path = tmp_path / "request.http"
    path.write_bytes(raw(vector))
    arguments = ["--request", str(path), "--scheme", "stripe", "--secret-env", "KEY", "--json"]
    found = json.loads(CliRunner().invoke(command, arguments, env={"KEY": vector.key.decode()}).output)
    assert (found["verdict"], "--at" in found["checked"]["time window"]) == ("valid", True)


@pytest.mark.parametrize(
    ("content", "arguments", "code"),
    [
        (b"", ["--scheme", "talkifai", "--secret-env", "KEY"], 2),
        (b"POST / HTTP/1.1\r\nHost: h\r\n\r\n", ["--scheme", "talkfai", "--secret-env", "KEY"], 2),
        (b"POST / HTTP/1.1\r\nHost: h\r\n\r\n", ["--secret-env", "ABSENT"], 2),
        (b"POST / HTTP/1.1\r\nHost: h\r\n\r\n", ["--secret-env", "KEY", "--at", "noon"], 2),
        (b"POST / HTTP/1.1\r\nHost: h\r\n\r\n", ["--secret-env", "KEY", "--param", "x"], 2),
        (b"POST / HTTP/1.1\r\nHost: h\r\n\r\n", ["--secret-env", "KEY"], 1),
        (b"POST / HTTP/1.1\r\nHost: h\r\n\r\n", ["--scheme", "talkifai", "--secret-env", "EMPTY"], 1),
    ],
)
def test_unusable_input_has_its_exit_code(tmp_path: Path, content: bytes, arguments: list[str], code: int) -> None:
    """Input that cannot be used ends with 2, a request that is not valid with 1; no traceback."""
    path = tmp_path / "request.http"
    path.write_bytes(content)
    result = CliRunner().invoke(command, ["--request", str(path), *arguments], env={"KEY": "k", "EMPTY": ""})
    assert (result.exit_code, "Traceback" in result.output) == (code, False)


def test_neither_id_nor_file_is_a_usage_error() -> None:
    """Something must be given to verify."""
    assert CliRunner().invoke(command, []).exit_code == 2


async def test_captured_delivery_shows_what_was_found(desk: Desk, tmp_path: Path) -> None:
    """Without a secret the stored verdict is told; with one the delivery is checked again, by number or id."""
    content, fields = event()
    await desk.send(content + b"\n", fields)
    async with running_client(desk, tmp_path) as client:
        stored = await client.run("verify", "1", "--json")
        again = await client.run("verify", "dlv_000001", "--secret-env", "S", "--json", S=SECRET.decode())
        absent = await client.run("verify", "99")
    found = [json.loads(stored.out), json.loads(again.out)]
    assert [(one["verdict"], one["reason"]) for one in found] == [
        ("invalid", "signature_mismatch"),
        ("invalid", "body_trailing_newline"),
    ]
    assert (stored.code, again.code, absent.code) == (1, 1, 2)
    assert SECRET.decode() not in again.out + again.err


async def test_captured_delivery_without_a_running_client(desk: Desk, tmp_path: Path) -> None:
    """The history file alone is enough."""
    content, fields = event()
    other = await asyncio.to_thread(Desk, tmp_path / "hookline" / "history.db")
    await other.send(content, fields)
    other.store.close()
    done = await Client(desk, tmp_path).run("verify", "1", "--json")
    assert (done.code, json.loads(done.out)["verdict"]) == (0, "valid")


async def test_unconfigured_delivery_says_how_to_check(desk: Desk, tmp_path: Path) -> None:
    """Where nothing was checked, the answer is no verdict, and names the way to one."""
    other = await asyncio.to_thread(Desk, tmp_path / "hookline" / "history.db")
    other.signatures = Signatures(catalogue=CATALOGUE)
    other.record = other.recorder()
    await other.send(*event())
    other.store.close()
    done = await Client(desk, tmp_path).run("verify", "1", "--json")
    found = json.loads(done.out)
    assert (done.code, found["verdict"], found["reason"]) == (1, "unverifiable", "unconfigured")
    assert "--secret-env" in found["next_step"]


def test_known_setting_is_named(tmp_path: Path) -> None:
    """PayPal's webhook id of another endpoint that fits is named."""
    plain = Subject(b"POST", "https://h.example/", (), b"{}", None)
    made = signed(CATALOGUE.get("paypal"), Secret("key", SIGNER_KEY), plain, now=1_800_000_000.0, params=PARAMS)
    vector = Vector("paypal", "paypal", SIGNER, made, {"webhook_id": "WRONG"}, "")
    path = tmp_path / "request.http"
    path.write_bytes(raw(vector))
    found = json.loads(run(vector, path, "--known-param", f"webhook_id={PARAMS['webhook_id']}", "--json").output)
    assert (found["reason"], found["proven"]) == ("config_param", True)


def test_auto_names_the_provider(tmp_path: Path) -> None:
    """Without --scheme the provider is recognised, and it is said by what."""
    vector = talkifai()
    path = tmp_path / "request.http"
    path.write_bytes(raw(vector))
    arguments = ["--request", str(path), "--secret-env", "KEY", "--json"]
    found = json.loads(CliRunner().invoke(command, arguments, env={"KEY": vector.key.decode()}).output)
    assert (found["verdict"], found["scheme"]) == ("valid", "talkifai")
    assert found["checked"]["recognised"] == "talkifai, by X-TalkifAI-Signature"


def test_mistake_in_schemes_of_the_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """File, entry, key and what would fit are named, and the exit code is 2."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    own_file = tmp_path / "hookline" / "schemes.toml"
    own_file.parent.mkdir()
    own_file.write_text('[acme]\nname = "Acme"\nsource = "x"\nkind = "mac"\nalgoritm = "hmac-sha256"\n')
    path = tmp_path / "request.http"
    path.write_bytes(raw(talkifai()))
    result = CliRunner().invoke(command, ["--request", str(path), "--secret-env", "KEY"], env={"KEY": "k"})
    assert result.exit_code == 2
    assert f"{own_file}, [acme]: unknown key 'algoritm'; did you mean 'algorithm'?" in result.output


def test_scheme_of_the_users_own_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry in schemes.toml is a scheme like ours."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    own_file = tmp_path / "hookline" / "schemes.toml"
    own_file.parent.mkdir()
    own_file.write_text(
        '[acme]\nname = "Acme"\nsource = "x"\nkind = "mac"\nalgorithm = "hmac-sha256"\n'
        'signature = { from = ["header:X-Acme-Signature"] }\nsigned = ["{body}"]\n'
    )
    digest = hmac.new(b"k", b"{}", hashlib.sha256).hexdigest().encode()
    path = tmp_path / "request.http"
    path.write_bytes(b"POST / HTTP/1.1\r\nHost: h\r\nX-Acme-Signature: %s\r\nContent-Length: 2\r\n\r\n{}" % digest)
    result = CliRunner().invoke(
        command, ["--request", str(path), "--scheme", "acme", "--secret-env", "KEY"], env={"KEY": "k"}
    )
    assert (result.exit_code, result.output.splitlines()[0]) == (0, "✓ valid: signed by Acme with env:KEY")


@pytest.mark.parametrize(
    ("content", "reason"),
    [(BODY[: len(BODY) // 2], "body_length_differs"), (b"", "body_empty"), (b"\xef\xbb\xbf" + BODY, "body_bom_added")],
)
def test_file_whose_content_has_another_length_is_judged(tmp_path: Path, content: bytes, reason: str) -> None:
    """A body that was cut, or has grown, under the length of its sender is what is to be found out."""
    path = tmp_path / "request.http"
    digest = hmac.new(b"k", BODY, hashlib.sha256).hexdigest().encode()
    head = b"POST /hooks HTTP/1.1\r\nHost: h\r\nX-TalkifAI-Signature: sha256=%s\r\nContent-Length: %d\r\n\r\n"
    path.write_bytes(head % (digest, len(BODY)) + content)
    arguments = ["--request", str(path), "--scheme", "talkifai", "--secret-env", "KEY", "--json"]
    result = CliRunner().invoke(command, arguments, env={"KEY": "k"})
    assert (result.exit_code, json.loads(result.output)["reason"]) == (1, reason)


@pytest.mark.parametrize("scheme", ["talkifai", "auto"])
def test_signed_request_without_a_secret_is_not_judged(tmp_path: Path, scheme: str) -> None:
    """It says what happened, why, and which options there are; nothing is said against the sender."""
    path = tmp_path / "request.http"
    path.write_bytes(raw(talkifai()))
    result = CliRunner().invoke(command, ["--request", str(path), "--scheme", scheme])
    first, second, third, *rest = result.output.splitlines()
    assert first == "? unverifiable: not checked: TalkifAI signs with a secret, and none was given"
    assert second.split() == ["reason", "secret_empty"]
    assert third == (
        "  next       say where it is: --secret-env VARIABLE, --secret-file FILE or --secret-keyring NAME"
        ' (in hookline.toml: secret = "env:VARIABLE")'
    )
    assert (result.exit_code, [line for line in rest if line.startswith("  secret")]) == (1, [])


def test_empty_secret_is_named(tmp_path: Path) -> None:
    """An empty variable is a mistake that is said as such: with an empty secret anybody could sign."""
    path = tmp_path / "request.http"
    path.write_bytes(raw(talkifai()))
    arguments = ["--request", str(path), "--scheme", "talkifai", "--secret-env", "KEY"]
    result = CliRunner().invoke(command, arguments, env={"KEY": ""})
    assert result.output.splitlines()[0] == "✗ invalid: the secret env:KEY is empty: nothing can be valid"
    assert result.exit_code == 1
