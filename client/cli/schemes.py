"""`hookline schemes`: the signature schemes that are known."""

import click
import msgspec


@click.command("schemes")
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="The entries as in the catalogue, one JSON object a line.")
def command(name: str | None, *, as_json: bool) -> None:
    """List the signature schemes, or show one in full: where its signature stands, what it signs, how it retries."""
    from client import places  # noqa: PLC0415 - `--help` need not wait for it
    from client.signatures.catalogue import Catalogue  # noqa: PLC0415
    from client.signatures.listing import entry, rows  # noqa: PLC0415
    from shared.printable import printable_line  # noqa: PLC0415

    catalogue = Catalogue.load(places.own_schemes_file())
    chosen = list(catalogue) if name is None else [catalogue.get(name)]
    if as_json:
        for scheme in chosen:
            click.echo(msgspec.json.encode(scheme))
    elif name is None:
        for row in rows(catalogue):
            click.echo(printable_line(f"{row[0]:<26} {row[1]:<42} {row[2]:<48} {row[3]}".rstrip()))
    else:
        for label, value in entry(chosen[0]):
            click.echo(printable_line(f"{label:<15} {value}"))
