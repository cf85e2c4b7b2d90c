"""Which tunnel is put through which workload."""

from benchmarks.bounds import BOUNDS
from benchmarks.catalogue import BY_ID, PEERS, Plan, listing, make_plan


def through(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Give the workloads of each tunnel."""
    return {step.tunnel.name: step.workloads for step in plan.steps}


def test_usual_run_has_the_peers_that_its_bounds_need_and_no_others() -> None:
    """Without a choice each workload is measured beside those that its bounds divide by, within four minutes."""
    plan = make_plan([], None, seconds=3)
    found = through(plan)
    assert set(found) >= {bound.peer for bound in BOUNDS if bound.peer} | {"hookline"}
    assert found["direct"] == ("W1",)
    assert found["nginx"] == ("W3TLS",)
    assert found["ssh -R"] == ("W1", "W2", "W3", "W4")
    assert plan.left_out == ("W6", "W8", "W10", "W11")
    assert 3 * plan.seconds < 240


def test_chosen_workload_is_measured_alone() -> None:
    """Who asks for one workload gets that one, beside its own peers."""
    plan = make_plan(["W4"], None, seconds=3)
    assert through(plan) == {"ssh -R": ("W4",), "hookline": ("W4",)}
    assert plan.own == ()


def test_chosen_peer_goes_through_everything_chosen() -> None:
    """A peer that is asked for is put through all workloads, and the direct call is there for W1's ratio."""
    frp = [kind for kind in PEERS if kind.word() == "frp"]
    found = through(make_plan(["W1", "W3TLS"], frp, seconds=3))
    assert found == {"direct": ("W1",), "frp": ("W1", "W3TLS"), "hookline": ("W1", "W3TLS")}


def test_cost_of_recording_is_measured_in_one_run() -> None:
    """W9 puts Hookline and its variants through W2."""
    found = through(make_plan(["W9"], None, seconds=3))
    assert next(iter(found)) == "hookline"
    assert len(found) == 4
    assert set(found.values()) == {("W2",)}


def test_own_workload_needs_no_tunnel_beside_it() -> None:
    """What is Hookline's alone starts no peer."""
    plan = make_plan(["W6", "W10"], None, seconds=3)
    assert (plan.steps, plan.own, plan.seconds) == ((), ("W6", "W10"), 105)


def test_every_workload_says_what_it_is() -> None:
    """The list in the help has a line for each, with how long it takes."""
    lines = listing(seconds=3).splitlines()
    assert [line.split()[0] for line in lines] == list(BY_ID)
    assert all(int(line.split()[1]) > 0 for line in lines)
