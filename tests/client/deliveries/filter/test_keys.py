"""What the table of keys says, the documentation says too."""

from pathlib import Path

from client.deliveries.filter import KEYS, parse
from client.deliveries.filter.tree import Cost

PAGE = (Path(__file__).resolve().parents[4] / "docs" / "filter-language.md").read_text(encoding="utf-8")


def test_every_key_is_documented() -> None:
    """Each key stands in the table of the page."""
    assert [name for name in KEYS if f"`{name}`" not in PAGE] == []


def test_every_key_costs_at_least_what_it_says() -> None:
    """An example's query is as dear as the table says."""
    found: dict[str, Cost] = {key.name: parse(key.examples[0]).cost for key in KEYS.values()}
    assert found == {key.name: key.cost for key in KEYS.values()}
