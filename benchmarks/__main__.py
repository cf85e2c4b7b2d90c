"""`python -m benchmarks`: Hookline beside its peers in one run, as a Markdown table with the bounds."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from benchmarks.bounds import TIMES
from benchmarks.hookline import Hookline, HooklineUnrecorded
from benchmarks.machine import CURL, LOAD, NGINX, SSH, SSHD, MissingTool, Tool, describe, require
from benchmarks.peers import Chisel, Direct, Frp, FrpWebSocket, NginxProxy, Rathole, Ssh
from benchmarks.report import medians, table, verdicts
from benchmarks.run import rounds
from benchmarks.tunnel import Tunnel
from benchmarks.workloads import WORKLOADS

TUNNELS: tuple[type[Tunnel], ...] = (
    Direct,
    NginxProxy,
    Ssh,
    Frp,
    FrpWebSocket,
    Chisel,
    Rathole,
    Hookline,
    HooklineUnrecorded,
)
ALWAYS = {kind.name for kind in (Direct, Hookline, HooklineUnrecorded)}
OPENSSL = Tool("openssl", "openssl", "makes the certificate")


@click.command()
@click.option("--rounds", "count", type=click.IntRange(1), default=3, show_default=True, help="Rounds; medians count.")
@click.option("--seconds", type=click.IntRange(1), default=4, show_default=True, help="Length of each load.")
@click.option("--only", multiple=True, type=click.Choice(sorted(WORKLOADS)), help="A workload; repeatable. Else all.")
@click.option(
    "--peer",
    "peers",
    multiple=True,
    type=click.Choice([kind.name for kind in TUNNELS]),
    help="A tunnel to measure; repeatable. Else all that are installed.",
)
@click.option("--base", default=Ssh.name, show_default=True, help="The tunnel that the ratios are to.")
@click.option("--big-mib", type=click.IntRange(1), default=256, show_default=True, help="Size of W4's bodies.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write every round's figures there.")
def main(
    count: int, seconds: int, only: Sequence[str], peers: Sequence[str], base: str, big_mib: int, json_file: Path | None
) -> None:
    """Measure Hookline beside ssh -R, nginx and what else is installed; everything on 127.0.0.1."""
    try:
        require(LOAD, NGINX, CURL, OPENSSL)
        chosen = _choose(peers)
    except MissingTool as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    about = describe()
    workloads = list(only) or list(WORKLOADS)
    results = rounds(
        chosen,
        [name for name in WORKLOADS if name in workloads],
        count=count,
        seconds=seconds,
        big_mib=big_mib,
        say=lambda line: click.echo(line, err=True),
    )
    if json_file is not None:
        json_file.write_text(json.dumps({"machine": about, "results": results}, indent=1), encoding="utf-8")
    click.echo(f"{about}; medians of {count} rounds of {seconds} s, {TIMES} is the ratio to {base}\n")
    click.echo(table(results, base=base))
    click.echo(f"\n{verdicts(medians(results))}")
    sys.exit(0 if Hookline.name in results or Hookline not in chosen else 1)


def _choose(peers: Sequence[str]) -> list[type[Tunnel]]:
    """Give the tunnels to measure, and say on stderr what is left out.

    Raises:
        MissingTool: one that was asked for, or the peer of the ratios, is not installed.
    """
    if not peers:
        require(SSHD, SSH)
    chosen = [kind for kind in TUNNELS if not peers or kind.name in peers]
    for kind in chosen:
        why = kind.missing()
        if why and (peers or kind.name in ALWAYS):
            raise MissingTool(f"{kind.name} cannot be measured: {why}.")
        if why:
            click.echo(f"left out: {kind.name} ({why})", err=True)
    return [kind for kind in chosen if not kind.missing()]


if __name__ == "__main__":
    main()
