"""Whoever tries tokens is slowed down."""

from relay_server.tunnels.patience import FAILURES, MOST_ADDRESSES, WINDOW_SECONDS, Patience


class Stage:
    """Patience, and a clock that the test moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.patience = Patience(clock=lambda: self.now)

    def fail(self, times: int, address: str = "203.0.113.7") -> int:
        """Fail so often; give how long the address has to wait then."""
        for _ in range(times):
            self.patience.failed(address)
        return self.patience.wait_seconds(address)


def test_a_few_mistakes_cost_nothing() -> None:
    """Whoever mistypes is not punished."""
    assert Stage().fail(FAILURES - 1) == 0


def test_too_many_wait_for_the_window_s_end() -> None:
    """Others do not; at the end everything is forgotten."""
    stage = Stage()
    assert (stage.fail(FAILURES), stage.patience.wait_seconds("203.0.113.8")) == (int(WINDOW_SECONDS), 0)
    stage.now += WINDOW_SECONDS - 0.1
    assert stage.patience.wait_seconds("203.0.113.7") == 1
    stage.now += 0.2
    assert (stage.patience.wait_seconds("203.0.113.7"), stage.fail(1)) == (0, 0)


def test_slow_mistakes_do_not_add_up() -> None:
    """Each window counts anew."""
    stage = Stage()
    for _ in range(3):
        assert stage.fail(FAILURES - 1) == 0
        stage.now += WINDOW_SECONDS + 1


def test_memory_is_bounded() -> None:
    """A flood of addresses makes the oldest forgotten, and none else."""
    stage = Stage()
    stage.fail(FAILURES, "first")
    stage.fail(FAILURES, "second")
    for number in range(MOST_ADDRESSES - 1):
        stage.patience.failed(f"2001:db8::{number:x}")
    assert (stage.patience.wait_seconds("first"), stage.patience.wait_seconds("second") > 0) == (0, True)
