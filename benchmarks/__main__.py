"""`python -m benchmarks`: Hookline beside its peers in one run, as Markdown tables with the bounds."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from benchmarks.bounds import OURS, SSH, TIMES
from benchmarks.catalogue import BY_ID, PEERS, Plan, listing, make_plan
from benchmarks.hookline import Hookline
from benchmarks.machine import CURL, LOAD, NGINX, SSHD, MissingTool, Tool, describe, require
from benchmarks.machine import SSH as SSH_CLIENT
from benchmarks.report import table, verdicts
from benchmarks.run import Size, rounds
from benchmarks.tunnel import Tunnel

OPENSSL = Tool("openssl", "openssl", "makes the certificate")
INSTALLED = "installed"
ROUNDS, SECONDS = 3, 3
HELP = f"""Measure Hookline beside ssh -R, nginx and other tunnels; everything on 127.0.0.1.

Two tables come out, in Markdown: what each tunnel did, with the ratio to `--base`; and every figure of Hookline's with
its bound and goal. A single time of one machine means little: read the ratios, and measure while nothing else runs.

\b
Workloads, with what one round takes (* not measured unless asked for):
{listing(seconds=SECONDS)}

\b
Examples:
  python -m benchmarks                                        the usual ones, in about four minutes
  python -m benchmarks --workload W4 --peer ssh --rounds 5    one of them, beside one peer
  python -m benchmarks --workload W6 --rounds 1               relay memory
  python -m benchmarks --workload W2 --peer installed         beside every tunnel that is installed
  python -m benchmarks --all --json figures.json              all of them, every round's figures kept
  python -m benchmarks --workload W10 --scale 0.1 --rounds 1  a quick look: a tenth of the size
  make bench ARGS="--workload W2"                             the same through make

\b
More: python -m benchmarks.profiles relay    where the time goes
      python -m benchmarks.signatures        what a signature check costs
"""


def _ids(_context: click.Context, _parameter: click.Parameter, value: Sequence[str]) -> list[str]:
    for word in value:
        if word.upper() not in BY_ID:
            raise click.BadParameter(f"{word} is none of {', '.join(BY_ID)}; `--help` says what each is")
    return [word.upper() for word in value]


@click.command(help=HELP, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
@click.option(
    "--workload",
    "ids",
    multiple=True,
    metavar="ID",
    callback=_ids,
    help="A workload of those above; repeatable. Default: those without a star.",
)
@click.option("--all", "everything", is_flag=True, help="Every workload.")
@click.option(
    "--peer",
    "peers",
    multiple=True,
    metavar="NAME",
    type=click.Choice([*(kind.word() for kind in PEERS), INSTALLED]),
    help=f"A tunnel to put through all the chosen workloads: {', '.join(kind.word() for kind in PEERS)}; or "
    f"`{INSTALLED}` for all that are found on PATH. Repeatable. Default: for each workload those that its bounds need.",
)
@click.option("--rounds", "count", type=click.IntRange(1), default=ROUNDS, show_default=True, help="Medians count.")
@click.option("--seconds", type=click.IntRange(1), default=SECONDS, show_default=True, help="Length of each load.")
@click.option("--base", metavar="NAME", default=SSH, show_default=True, help="The tunnel that the ratios are to.")
@click.option("--big-mib", type=click.IntRange(1), default=256, show_default=True, help="Size of W4's bodies.")
@click.option(
    "--scale",
    type=click.FloatRange(0.001, 1.0),
    default=1.0,
    show_default=True,
    help="Part of the sizes of W6, W8, W10 and W11 that is measured; bounds are meant for 1.",
)
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write every round's figures there.")
def main(
    ids: Sequence[str],
    everything: bool,
    peers: Sequence[str],
    count: int,
    seconds: int,
    base: str,
    big_mib: int,
    scale: float,
    json_file: Path | None,
) -> None:
    """Measure what was chosen; exit code 1 when something could not be measured."""
    try:
        require(LOAD, NGINX, CURL, OPENSSL)
        plan = make_plan(list(BY_ID) if everything else ids, _chosen(peers), seconds=seconds)
        _see_installed(plan)
    except MissingTool as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    about = describe()
    _announce(plan, count)
    failed: list[str] = []
    results = rounds(plan, Size(count, seconds, big_mib, scale), _say, failed.append)
    if json_file is not None:
        json_file.write_text(json.dumps({"machine": about, "results": results}, indent=1), encoding="utf-8")
    base = next((kind.name for kind in PEERS if base in (kind.word(), kind.name)), base)
    reduced = f"; sizes of W6, W8, W10 and W11 times {scale:g}" if scale != 1 else ""
    ratio = f", {TIMES} is the ratio to {base}" if results.get(base) else ""
    click.echo(f"{about}{reduced}; {_rounds(count)} of {seconds} s{ratio}\n")
    click.echo("\n\n".join(text for text in (table(results, base=base), verdicts(results)) if text))
    click.echo("".join(f"\n{sentence}" for sentence in (*failed, _left_out(plan)) if sentence))
    sys.exit(1 if failed else 0)


def _chosen(words: Sequence[str]) -> list[type[Tunnel]] | None:
    """Give the peers that were asked for, or None; say on stderr which of `installed` are not."""
    if not words:
        return None
    if INSTALLED not in words:
        return [kind for kind in PEERS if kind.word() in words]
    for kind in PEERS:
        if why := kind.missing():
            _say(f"left out: {kind.name} ({why})")
    return [kind for kind in PEERS if not kind.missing()]


def _see_installed(plan: Plan) -> None:
    """See that every tunnel of the plan can be started.

    Raises:
        MissingTool: one cannot; says what to install.
    """
    for step in plan.steps:
        if step.tunnel.name == SSH:
            require(SSHD, SSH_CLIENT)
        if why := step.tunnel.missing():
            raise MissingTool(f"{step.tunnel.name} cannot be measured: {why}. Put it on PATH, or leave it out.")
    if why := Hookline.missing():
        raise MissingTool(f"{OURS} cannot be measured: {why}.")


def _announce(plan: Plan, count: int) -> None:
    minutes = plan.seconds * count / 60
    tunnels = ", ".join(step.tunnel.name for step in plan.steps)
    _say(
        f"{_rounds(count)}, about {minutes:.0f} min{f'; tunnels: {tunnels}' if tunnels else ''}. Ctrl-C ends all of it."
    )


def _rounds(count: int) -> str:
    return f"medians of {count} rounds" if count > 1 else "one round"


def _left_out(plan: Plan) -> str:
    if not plan.left_out:
        return ""
    first = plan.left_out[0]
    return f"Not measured: {', '.join(plan.left_out)}. One of them: --workload {first}; all: --all."


def _say(line: str) -> None:
    click.echo(line, err=True)


if __name__ == "__main__":
    main()
