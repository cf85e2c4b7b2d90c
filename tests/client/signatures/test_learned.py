"""Keys that providers tell."""

from pathlib import Path

import pytest

from client.signatures.learned import LearnedSecrets
from client.signatures.rule import Rule
from client.signatures.secret import Secret, SecretUnusable

RULE = Rule("asana", path="/in/asana", handshake=True)
TOLD = Secret("learned:asana", b"the key")


def test_key_is_kept_for_its_rule_alone(tmp_path: Path) -> None:
    """It is found again for the same tunnel and path, in a file that only its user can read."""
    learned = LearnedSecrets(tmp_path / "secrets")
    kept = learned.keep(RULE, "demo", TOLD)
    assert kept.name == f"file:{tmp_path / 'secrets' / 'asana-demo-in-asana.secret'}"
    assert learned.find(RULE, "demo") == (kept,)
    assert learned.find(RULE, "other") == ()
    assert learned.find(Rule("asana", path="/"), "demo") == ()


def test_key_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    """A file with other permissions may have been changed by anybody."""
    learned = LearnedSecrets(tmp_path)
    Path(learned.keep(RULE, "demo", TOLD).name.removeprefix("file:")).chmod(0o644)
    assert learned.find(RULE, "demo") == ()


def test_names_cannot_lead_out_of_the_directory(tmp_path: Path) -> None:
    """A tunnel's name is no path."""
    learned = LearnedSecrets(tmp_path / "secrets")
    kept = learned.keep(RULE, "../../etc", TOLD)
    assert Path(kept.name.removeprefix("file:")).parent == tmp_path / "secrets"


def test_disk_that_takes_nothing_is_said(tmp_path: Path) -> None:
    """The caller learns that the key will not outlive this run; the sentence does not tell it."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(SecretUnusable, match="cannot be written") as caught:
        LearnedSecrets(blocked).keep(RULE, "demo", TOLD)
    assert "the key" not in str(caught.value)
