"""How libraries write JSON."""

import json

from client.signatures.layouts import layouts

DOCUMENT = {"b": "é </", "a": [1, {"x": None}]}


def test_common_layouts_are_among_them() -> None:
    """Python's, JavaScript's, PHP's and Go's ways to write one document are found."""
    texts = {layout.text for layout in layouts(DOCUMENT)}
    compact = json.dumps(DOCUMENT, separators=(",", ":"), ensure_ascii=False)
    expected = [
        json.dumps(DOCUMENT),
        compact,
        json.dumps(DOCUMENT, indent=2),
        json.dumps(DOCUMENT, sort_keys=True, indent=4),
        json.dumps(DOCUMENT, separators=(",", ":")).replace("/", "\\/"),
        compact.replace("<", "\\u003c"),
        json.dumps(DOCUMENT).replace("\\u00e9", "\\u00E9"),
    ]
    assert [text for text in expected if text.encode() not in texts] == []


def test_no_text_comes_twice() -> None:
    """Each text costs one check."""
    texts = [layout.text for layout in layouts(DOCUMENT)]
    assert len(texts) == len(set(texts))


def test_sorted_members_are_marked() -> None:
    """Sorting is another cause than spacing."""
    assert {layout.reordered for layout in layouts(DOCUMENT)} == {False, True}
    assert {layout.reordered for layout in layouts(DOCUMENT, every=False)} == {False}


def test_document_that_cannot_be_written() -> None:
    """What has no text in UTF-8 has no layouts, and does not fail."""
    assert next(layout.text for layout in layouts({"a": "\ud800"}, every=False)) == b'{"a":"\\ud800"}'
