"""How fast the content of a request must come, by a clock made up for the test."""

from relay_server.gateway.pace import Pace
from relay_server.gateway.settings import GatewaySettings, Limits, Patience

KIBI = 1024


class Clock:
    """Says what time it is made to be."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


class Sender:
    """Sends as the test says; 30 s of silence, 10 s of grace, then 1 KiB/s, and 1,000 s in all."""

    def __init__(self) -> None:
        patience = Patience(body=30, grace=10, upload=1000)
        settings = GatewaySettings(patience=patience, limits=Limits(least_bytes_per_second=KIBI))
        self.clock = Clock()
        self.sent = 0
        self.pace = Pace(self.clock, settings)

    def after(self, seconds: float, sent: int = 0) -> float:
        """Let time pass, have sent so much more at its end, and give what is left until the next look."""
        self.clock.now += seconds
        self.sent += sent
        return self.pace.seconds_left(self.sent)

    def too_slow_after(self, seconds: float, sent: int = 0) -> bool:
        """Tell whether the same is too slow."""
        return self.after(seconds, sent) <= 0


def test_nothing_at_all() -> None:
    """The grace is all that a sender has who sends nothing."""
    assert not Sender().too_slow_after(9.9)
    assert Sender().too_slow_after(10)


def test_average_after_the_grace() -> None:
    """Each kibibyte gives a second more; how they come does not matter."""
    sender = Sender()
    assert not any(sender.too_slow_after(1, KIBI) for _ in range(500))
    assert not sender.too_slow_after(9.9)
    assert sender.too_slow_after(0.1)


def test_drip() -> None:
    """A byte a second is no progress."""
    sender = Sender()
    assert [sender.too_slow_after(1, 1) for _ in range(11)].index(True) == 10


def test_silence_after_much() -> None:
    """Who was fast may be silent for as long as it is not 30 s."""
    sender = Sender()
    assert not sender.too_slow_after(1, 10_000 * KIBI)
    assert not sender.too_slow_after(29.9)
    assert sender.too_slow_after(0.1)


def test_silence_that_less_than_a_kibibyte_breaks() -> None:
    """It goes on; what matters is that a kibibyte comes together in the end."""
    sender = Sender()
    sender.after(1, 10_000 * KIBI)
    assert not sender.too_slow_after(20, KIBI - 1)
    assert sender.too_slow_after(10)
    sender = Sender()
    sender.after(1, 10_000 * KIBI)
    sender.after(20, KIBI - 1)
    assert not sender.too_slow_after(9.9, 1)
    assert not sender.too_slow_after(29.9)


def test_whole_content() -> None:
    """However fast it comes, it ends."""
    sender = Sender()
    assert not any(sender.too_slow_after(20, 1_000_000) for _ in range(49))
    assert sender.too_slow_after(20, 1_000_000)


def test_sender_that_is_kept_waiting() -> None:
    """While its content is not taken, no time passes for it: neither silence, nor the average, nor the whole."""
    sender = Sender()
    sender.after(9, 300 * KIBI)
    sender.pace.keep_waiting()
    sender.pace.keep_waiting()
    assert not sender.too_slow_after(100_000)
    sender.clock.now += 100_000
    sender.pace.go_on()
    sender.pace.go_on()
    assert not sender.too_slow_after(29.9)
    assert sender.too_slow_after(0.1)


def test_sender_that_is_kept_waiting_again_and_again() -> None:
    """An app that reads slowly makes the sender slow: that is never the sender's fault."""
    sender = Sender()
    for _ in range(1000):
        assert not sender.too_slow_after(0.01, 128 * KIBI)
        sender.pace.keep_waiting()
        assert not sender.too_slow_after(100)
        sender.pace.go_on()


def test_it_is_looked_at_often_enough() -> None:
    """Silence is noticed soon after its time is over, although what came last is not noted when it comes."""
    sender = Sender()
    looks = []
    left = sender.after(1, 1_000_000 * KIBI)
    while left > 0:
        looks.append(left)
        left = sender.after(left)
    assert looks == [10, 10, 10]
