"""Every damage gets its reason, and no reason is claimed that is not so."""

from collections import Counter

from tests.client.signatures.mutants import Mutant, diagnose, mutants

SPECIFIC_NEVER = ("wrong secret", "one bit flipped")


def table(found: list[tuple[Mutant, str]]) -> str:
    """Give the counts for each damage."""
    run = Counter(mutant.damage for mutant, _ in found)
    right = Counter(mutant.damage for mutant, reason in found if reason in mutant.expected)
    return "\n".join(f"{right[damage]:5} / {run[damage]:<5} {damage}" for damage in sorted(run))


def diagnosed() -> list[tuple[Mutant, str]]:
    """Diagnose every mutant that is not valid all the same."""
    views = [(mutant, diagnose(mutant)) for mutant in mutants()]
    return [(mutant, view.reason) for mutant, view in views if view.state != "valid"]


def test_damages_get_their_reasons() -> None:
    """At least 98.9 % of all damages are named, and a wrong secret or a flipped bit is never named as anything else."""
    found = diagnosed()
    wrong = [(mutant, reason) for mutant, reason in found if reason not in mutant.expected]
    said = table(found) + "\n" + "\n".join(f"{m.damage}: {m.vector.id}: {reason}" for m, reason in wrong)
    assert len(wrong) <= 0.011 * len(found), said
    assert [mutant.damage for mutant, _ in wrong if mutant.damage in SPECIFIC_NEVER] == [], said
