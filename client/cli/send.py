"""`hookline send`: a signed test event without an account at the provider."""

import asyncio
import os
import sys
import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from client.cli.checking import pairs

if TYPE_CHECKING:
    from client.signatures.scheme import Scheme
    from client.signatures.secret import Secret
    from client.simulate.events import Event
    from client.simulate.sender import Sent


@click.command("send")
@click.argument("provider")
@click.argument("event_type", metavar="EVENT")
@click.option("--to", metavar="URL", help="Where to. Default: the public URL of the client that runs.")
@click.option("--data", metavar="FILE", type=click.Path(path_type=Path), help="The body, instead of a template.")
@click.option("--set", "changes", metavar="PATH=VALUE", multiple=True, help="A value of a JSON body. Repeatable.")
@click.option("--secret-env", metavar="VAR", help="The variable that holds the signing secret.")
@click.option("--secret-file", metavar="FILE", help="The file that holds the signing secret (mode 0600).")
@click.option("--secret-keyring", metavar="NAME", help="The entry of the system keyring that holds the secret.")
@click.option(
    "--param", metavar="K=V", multiple=True, callback=pairs, help="A setting that the scheme needs. Repeatable."
)
@click.option("--count", default=1, show_default=True, type=click.IntRange(1, 100_000), help="How many.")
@click.option(
    "--relay-ca",
    "--ca",
    "ca",
    metavar="FILE",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Trust this CA instead of the system's. Default: that of the running client, the settings or the login.",
)
def command(provider: str, event_type: str, **given: Any) -> None:
    """Send a test event, signed as PROVIDER signs, to the app by its public URL.

    Exit code 0: every answer counts as success for the provider; 1: not every one does.
    """
    from shared.loop import run  # noqa: PLC0415 - `--help` need not wait for it

    raise click.exceptions.Exit(run(_send(provider, event_type, given)))


async def _send(provider: str, event_type: str, given: dict[str, Any]) -> int:
    from client.cli.target import find_target  # noqa: PLC0415
    from client.simulate.sender import Sender, Step  # noqa: PLC0415

    scheme, events = await asyncio.to_thread(_prepare, provider, event_type, given)
    secret, public = await asyncio.to_thread(_secret, scheme, given)
    if public:
        click.echo(f"a key was made for this; its public half, for your app:\n{public}", err=True)
    target = await find_target(given["to"], given["ca"])
    sender = Sender(
        url=target.base,
        scheme=scheme,
        secret=secret,
        ca=target.ca,
        now=time.time,
        clock=time.monotonic,
        pause=asyncio.sleep,
        params=given["param"],
    )
    good = 0
    async with sender:
        with _progress(len(events)) as bar:
            for number, event in enumerate(events, 1):
                sent = await sender.send(Step("", event, target.path, retries=False))
                good += _tell(scheme, sent, number, len(events))
                if bar is not None:
                    bar.update(1)
    if len(events) > 1:
        click.echo(f"{good} of {len(events)} answers count as success for {scheme.name}", err=True)
    return 0 if good == len(events) else 1


def _progress(total: int) -> AbstractContextManager[Any]:
    """Give a bar on standard error for many events, where it is a terminal and the lines go elsewhere."""
    if total == 1 or not sys.stderr.isatty() or sys.stdout.isatty():
        return nullcontext()
    return click.progressbar(length=total, label="sending", file=sys.stderr)


def _tell(scheme: "Scheme", sent: "Sent", number: int, total: int) -> bool:
    """Say what became of an event; True: it counts as success."""
    from client.signatures.clock import judge_answer  # noqa: PLC0415
    from shared.printable import printable_line  # noqa: PLC0415

    tried = sent.tries[0]
    clock = judge_answer(scheme, attempt=1, status=tried.status, failure=tried.failure, duration_seconds=tried.seconds)
    count = f"{number}/{total} " if total > 1 else ""
    what = sent.step.event.type or scheme.id
    answer = tried.status if tried.status is not None else "no answer:"
    sentence = clock.sentence if tried.status is not None else tried.failure
    click.echo(printable_line(f"{count}{what} {answer} {sentence}"))
    return clock.healthy


def _prepare(provider: str, event_type: str, given: dict[str, Any]) -> "tuple[Scheme, list[Event]]":
    from client import places  # noqa: PLC0415
    from client.signatures.catalogue import Catalogue  # noqa: PLC0415
    from client.simulate.events import Event, Events, changed, content_type  # noqa: PLC0415

    scheme = Catalogue.load(places.own_schemes_file()).get(provider)
    templates = Events.load()
    data: bytes | None = None
    if given["data"] is not None:
        try:
            data = given["data"].read_bytes()
        except OSError as error:
            raise click.UsageError(f"--data {given['data']} cannot be read: {error.strerror}") from error
    made = []
    for _ in range(given["count"]):
        if data is None:
            event = templates.make(provider, event_type, now=time.time())
        else:
            event = Event(provider, event_type, ((b"Content-Type", content_type(data)),), data)
        if given["changes"]:
            content = changed(event.content, given["changes"])
            event = Event(event.provider, event.type, event.fields, content, event.method)
        made.append(event)
    return scheme, made


def _secret(scheme: "Scheme", given: dict[str, Any]) -> "tuple[Secret, str]":
    """Give the secret to sign with; of a key that was made for the purpose its public half too."""
    from client.signatures.secret import Secret  # noqa: PLC0415
    from client.signatures.signers import make_key_pair  # noqa: PLC0415

    if given["secret_env"]:
        return Secret.from_reference(f"env:{given['secret_env']}", os.environ), ""
    if given["secret_file"]:
        return Secret.from_reference(f"file:{given['secret_file']}"), ""
    if given["secret_keyring"]:
        return Secret.from_reference(f"keyring:{given['secret_keyring']}"), ""
    secret, public = make_key_pair(scheme)
    return secret, public.decode()
