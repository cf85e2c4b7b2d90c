"""`hookline export`: deliveries as files of other tools."""

from pathlib import Path
from typing import cast

import click

from client.cli.captured import attempt_of, choose, exchange, find, perform, read_name, write
from client.deliveries.export import FORMATS, CapturedExchange, Exported, Format, export
from client.inspector import Inspector
from shared.printable import printable_line


@click.command("export")
@click.argument("names", metavar="[ID[.N]]...", nargs=-1)
@click.option("--as", "form", type=click.Choice(FORMATS), default="curl", show_default=True, help="The form.")
@click.option("--filter", "query", metavar="EXPR", default="", help="All that match.")
@click.option("--latest", is_flag=True, help="The newest one, of those that match.")
@click.option("--failed", is_flag=True, help="Those that failed, of those that match.")
@click.option("--to", "base", metavar="URL", help="Send to this address instead of the public one.")
@click.option("--with-secrets", is_flag=True, help="Keep keys, cookies and signatures; else they are placeholders.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="The file. Default: stdout.")
def command(
    names: tuple[str, ...],
    *,
    form: str,
    query: str,
    latest: bool,
    failed: bool,
    base: str | None,
    with_secrets: bool,
    output: Path | None,
) -> None:
    """Export captured deliveries: as a cURL or HTTPie line, raw HTTP, HAR, JSON, a Python program, or a pytest file.

    Secrets and signatures are left out unless --with-secrets asks for them.
    """

    async def exported(inspector: Inspector) -> Exported:
        """Read and write them."""
        chosen = await _chosen(inspector, names, query=query, latest=latest, failed=failed)
        if base is not None:
            chosen = [_sent_to(one, base) for one in chosen]
        return export(chosen, cast("Format", form), with_secrets=with_secrets)

    done = perform(exported)
    if done.redacted:
        left_out = printable_line(", ".join(done.redacted))
        click.echo(f"hookline: placeholders stand for: {left_out} (--with-secrets writes them)", err=True)
    if output is None:
        write(done.data)
    else:
        output.touch(mode=0o600)
        output.write_bytes(done.data)


async def _chosen(
    inspector: Inspector, names: tuple[str, ...], *, query: str, latest: bool, failed: bool
) -> list[CapturedExchange]:
    """Read the chosen deliveries: what was received, unless .N names another attempt."""
    if not names or query or latest or failed:
        plain = [read_name(name).delivery for name in names]
        names = tuple(await choose(inspector, plain, query=query, latest=latest, failed=failed))
    exchanges = []
    for text in names:
        name = read_name(text)
        detail = await find(inspector, name.delivery)
        exchanges.append(await exchange(inspector, detail, attempt_of(detail, name.attempt)))
    return exchanges


def _sent_to(one: CapturedExchange, base: str) -> CapturedExchange:
    """Give the exchange with another address before its target, and without the `Host` of the old one."""
    import msgspec  # noqa: PLC0415 - only for this option

    address = base.rstrip("/")
    if "://" not in address:
        address = f"http://localhost:{address}" if address.isdecimal() else f"http://{address}"
    fields = tuple(field for field in one.fields if field[0].lower() != b"host")
    return msgspec.structs.replace(one, base=address, fields=fields)
