"""`hookline verify`: check a signature and prove why it fails."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import click
import msgspec
from msgspec.structs import replace

from client.cli.checking import pairs

if TYPE_CHECKING:
    from client.signatures.material import KeyFiles
    from client.signatures.secret import Secret
    from client.signatures.subject import Subject
    from client.signatures.verify_file import Verification

_UNUSABLE = 2


@click.command("verify")
@click.argument("delivery", metavar="[ID]", required=False)
@click.option(
    "--request", "file", metavar="FILE", help="A raw HTTP/1.1 request, a cURL line or a HAR file; - is stdin."
)
@click.option("--scheme", default="auto", show_default=True, help="As which provider; see `hookline schemes`.")
@click.option("--secret-env", metavar="VAR", multiple=True, help="The variable that holds the secret. Repeatable.")
@click.option("--secret-file", metavar="FILE", multiple=True, help="The file that holds the secret (mode 0600).")
@click.option("--secret-keyring", metavar="NAME", multiple=True, help="The entry of the system keyring that holds it.")
@click.option("--known-secret-env", metavar="VAR", multiple=True, help="Another secret of yours, named if it fits.")
@click.option("--url", help="The public URL as the provider has it.")
@click.option("--known-url", metavar="URL", multiple=True, help="Another URL of the endpoint, named if it fits.")
@click.option("--at", "at", metavar="TIME", help="When it was received: Unix seconds or 2026-11-24T10:00:00Z.")
@click.option("--method", help="The method, where the file's is not the sender's.")
@click.option("--param", metavar="K=V", multiple=True, callback=pairs, help="A setting that the scheme needs.")
@click.option("--known-param", metavar="K=V", multiple=True, callback=pairs, help="A setting of another endpoint.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(delivery: str | None, *, as_json: bool, **given: Any) -> None:
    """Check the signature of a captured delivery, or of a request in a file, and prove why it fails.

    Of a captured delivery, without a secret, it shows what was found when it came.
    Exit code 0: valid; 1: not valid; 2: the input cannot be used.
    """
    from client import places  # noqa: PLC0415 - `--help` need not wait for it
    from client.signatures.catalogue import Catalogue  # noqa: PLC0415
    from client.signatures.rule import AUTO  # noqa: PLC0415
    from client.signatures.verify_file import verify_subject  # noqa: PLC0415
    from shared.errors import TunnelError  # noqa: PLC0415
    from shared.printable import printable  # noqa: PLC0415

    try:
        captured = _subject(delivery, given["file"])
        secrets = _secrets(given["secret_env"], given["secret_file"], given["secret_keyring"])
        if captured.stored is not None and not secrets and given["scheme"] == AUTO:
            _tell(captured.stored, as_json=as_json)
        found = verify_subject(
            _changed(captured.subject, given),
            catalogue=Catalogue.load(places.own_schemes_file()),
            scheme=captured.provider if given["scheme"] == AUTO and captured.provider else given["scheme"],
            secrets=secrets,
            known=_secrets(given["known_secret_env"]),
            urls=given["known_url"],
            params=given["param"],
            known_params=[given["known_param"]] if given["known_param"] else (),
            key_files=_fetched_keys(),
        )
    except OSError as error:
        click.echo(f"hookline: {printable(str(given['file']))} cannot be read: {error.strerror}", err=True)
        raise click.exceptions.Exit(_UNUSABLE) from error
    except TunnelError as error:
        click.echo(f"hookline: {printable(str(error))}", err=True)
        raise click.exceptions.Exit(_UNUSABLE) from error
    _tell(found, as_json=as_json)


def _tell(found: "Verification", *, as_json: bool) -> NoReturn:
    """Print a verdict and end with its exit code."""
    click.echo(msgspec.json.encode(found).decode() if as_json else _told(found))
    raise click.exceptions.Exit(0 if found.is_valid else 1)


def _fetched_keys() -> "KeyFiles":
    """Give the keys that the client has fetched so far: a file is checked with what is here."""
    from client import places  # noqa: PLC0415
    from client.signatures.material import KeyFiles  # noqa: PLC0415

    files = KeyFiles(places.keys_directory())
    files.load()
    return files


def _told(found: "Verification") -> str:
    from shared.printable import printable_line  # noqa: PLC0415

    sign = {"valid": "✓", "invalid": "✗"}.get(found.verdict, "?")
    lines = [f"{sign} {found.verdict}: {found.sentence}"]
    if found.reason:
        lines.append(f"  reason     {found.reason}")
    if found.next_step:
        lines.append(f"  next       {found.next_step}")
    lines += [f"  {label:<10} {value}" for label, value in found.checked.items()]
    lines += [f"  ruled out  {text}" for text in found.ruled_out]
    return "\n".join(printable_line(line) for line in lines)


def _secrets(variables: tuple[str, ...], files: tuple[str, ...] = (), entries: tuple[str, ...] = ()) -> "list[Secret]":
    """Read the secrets. An empty variable is a secret too: the verdict then says what is wrong with it."""
    from client.signatures.secret import Secret  # noqa: PLC0415

    found = []
    for name in variables:
        value = os.environ.get(name)
        reference = f"env:{name}"
        found.append(Secret.from_reference(reference) if value is None else Secret(reference, os.fsencode(value)))
    references = [f"file:{path}" for path in files] + [f"keyring:{name}" for name in entries]
    return found + [Secret.from_reference(reference) for reference in references]


class Captured(NamedTuple):
    """A request to be checked."""

    subject: "Subject"
    provider: str = ""
    """As which it was recognised when it came."""
    stored: "Verification | None" = None
    """What was found then."""


def _subject(delivery: str | None, file: str | None) -> Captured:
    if (delivery is None) == (file is None):
        raise click.UsageError("give the id of a captured delivery, or --request FILE")
    return _captured(delivery) if delivery is not None else Captured(_in_file(file or "-"))


def _in_file(name: str) -> "Subject":
    from client.deliveries.importing import RequestUnreadable, read_request  # noqa: PLC0415
    from client.signatures.subject import Subject  # noqa: PLC0415

    data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    exchanges = read_request(data, damaged=True)
    if len(exchanges) != 1:
        raise RequestUnreadable(f"the file has {len(exchanges)} requests: give one of them")
    request = exchanges[0]
    return Subject(request.method, request.url, request.fields, request.content, None)


def _captured(delivery: str) -> Captured:
    from shared.loop import run  # noqa: PLC0415

    return run(_fetched(delivery))


async def _fetched(delivery: str) -> Captured:
    from client.cli.captured import attempt_of, find, read_name  # noqa: PLC0415
    from client.cli.inspecting import open_inspector  # noqa: PLC0415
    from client.inspector import UnknownDelivery  # noqa: PLC0415
    from client.signatures.subject import Subject  # noqa: PLC0415
    from client.signatures.verify_file import stored_verification  # noqa: PLC0415

    name = read_name(delivery)
    async with open_inspector() as inspector:
        detail = await find(inspector, name.delivery)
        attempt = attempt_of(detail, name.attempt)
        request = attempt.request
        if request is None:
            raise UnknownDelivery(f"delivery {delivery} has no captured request")
        content = await inspector.content(detail.summary.id, attempt.number, "request")
    summary = detail.summary
    whole = content if request.captured_bytes == request.content_bytes else None
    fields = tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in request.fields)
    method, target = request.line.split(" ")[:2]
    received_at = summary.received_at if attempt.number == 1 else attempt.started_at
    subject = Subject(method.encode("latin-1"), detail.public_url + target, fields, whole, received_at)
    stored = stored_verification(attempt.signature, event_type=summary.event_type, event_id=summary.event_id)
    return Captured(subject, summary.provider, stored)


def _changed(subject: "Subject", given: dict[str, Any]) -> "Subject":
    """Give the request with what the options say of it."""
    if given["url"]:
        subject = replace(subject, url=os.fsencode(given["url"]).decode("latin-1"))  # bytes, as on the wire
    if given["method"]:
        subject = replace(subject, method=os.fsencode(given["method"]))
    return replace(subject, received_at=_moment(given["at"])) if given["at"] else subject


def _moment(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        pass
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise click.UsageError(f"--at {text}: write Unix seconds, or a time as 2026-11-24T10:00:00Z") from None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
