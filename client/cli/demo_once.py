"""The demo's series once, told line by line."""

import click

from client import demo
from client.cli.loop import first, until_stopped
from client.cli.main import INTERRUPTED
from client.simulate.sender import Sent
from client.views import DeliverySummary
from client.wording import duration
from shared.printable import printable_line

_SIGNATURE_OF = {"good": "valid", "forged": "invalid", "none": "unconfigured"}


async def play_once() -> int:
    """Send the series, say what became of it, and give the exit code: 1 when something was not as it should be."""
    outcome: list[int] = []

    async def play() -> None:
        """Play as long as the relay has us."""
        async with demo.running(0) as running:

            async def series() -> None:
                """Note what the exit code is."""
                outcome.append(await _play(running))

            await first(running.link(), series())

    await until_stopped(play())
    return outcome[0] if outcome else INTERRUPTED


async def _play(running: demo.Demo) -> int:
    public = await running.ready()
    click.echo(f"{public} -> a sample app, through a relay on this machine", err=True)
    sent = []
    for step in running.steps():
        sent.append(await running.sender.send(step))
        click.echo(_line(sent[-1]))
    rows = await running.recorded()
    misjudged = _misjudged(sent, rows)
    wrong = [one for one in sent if not one.as_expected or one in misjudged]
    valid = sum(row.signature == "valid" for row in rows)
    invalid = sum(row.signature == "invalid" for row in rows)
    attempts = sum(row.attempts for row in rows)
    click.echo(
        f"{len(rows)} deliveries in {attempts} attempts: {valid} validly signed, {invalid} forged and found out, "
        + ("all as expected" if not wrong else f"{len(wrong)} NOT as expected")
    )
    return 1 if wrong else 0


def _line(sent: Sent) -> str:
    sign = "ok " if sent.as_expected else "BAD"
    what = sent.step.event.type or sent.step.path
    answers = ", then ".join(str(one.status or one.failure) for one in sent.tries)
    return printable_line(f"{sign} {what:<32} {answers:<16} {duration(sent.seconds):>7}  {sent.step.label}")


def _misjudged(sent: list[Sent], rows: list[DeliverySummary]) -> list[Sent]:
    """Give the steps whose signature the client did not judge as it was made; steps were recorded in their order."""
    verdicts = [row.signature for row in rows] + ["missing"] * len(sent)
    return [one for one, verdict in zip(sent, verdicts, strict=False) if verdict != _SIGNATURE_OF[one.step.signing]]
