"""Which requests come under a rule."""

import pytest

from client.signatures.rule import Rule, covering

WEBHOOKS = Rule("talkifai", path="/webhooks", require=True)


@pytest.mark.parametrize(
    "path",
    [
        "/webhooks",
        "/webhooks/",
        "/webhooks/x",
        "/%77ebhooks",
        "/%2577ebhooks",
        "/webhooks#x",
        "/./webhooks",
        "/x/../webhooks",
        "/x/%2e%2e/webhooks",
        "/x/..;/webhooks",
        "//webhooks",
        "//host/webhooks",
        "/Webhooks",
        "/webhooks;x=1",
        "/webhooks%2f",
        "/webhooks%00",
        "/webhooks%3fx",
        "/\\webhooks",
        "http://host/webhooks",
        "/webhooks/../lax",
        "/%77ebhooks/../lax",
        "/%77ebhooks/%252e%252e/lax",
        "/lax#/../webhooks",
    ],
)
def test_rule_covers_every_spelling_of_its_path(path: str) -> None:
    """A path that an app may read as the rule's own is covered, beside rules that demand nothing."""
    lax = [Rule("talkifai"), Rule("talkifai", path="/lax"), Rule("talkifai", path="/lax/longer")]
    assert (WEBHOOKS.covers(path), covering([*lax, WEBHOOKS], path)) == (True, [WEBHOOKS])


@pytest.mark.parametrize("path", ["/webhooksx", "/", "/x/webhooks", "/%77ebhooksx", "/web/hooks", "*"])
def test_rule_does_not_cover_other_paths(path: str) -> None:
    """No app reads these as the rule's own."""
    assert covering([WEBHOOKS], path) == []


@pytest.mark.parametrize("own", ["/Webhooks", "/%77ebhooks/", "//webhooks"])
def test_rule_may_spell_its_own_path_in_any_way(own: str) -> None:
    """What is asked of a rule's path is asked of its own spelling too."""
    assert Rule("talkifai", path=own).covers("/webhooks/x")


def test_rule_covers_letters_beyond_ascii() -> None:
    """A rule is text, a target is octets."""
    assert Rule("talkifai", path="/Öl").covers("/%C3%B6l")


def test_longest_path_wins_where_there_is_one_reading() -> None:
    """A rule for a part takes it out of the rule for the whole."""
    lax = Rule("talkifai", path="/webhooks/lax")
    assert covering([WEBHOOKS, lax], "/webhooks/lax/x") == [lax]
