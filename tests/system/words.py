"""What is typed to the client, and what it says and ends with."""

from tests.system.program import Finished
from tests.system.supervisor import NAME, Relay, free_port

FAILED, MISUSED, REFUSED, GONE = 1, 2, 3, 4


def http(relay: Relay, origin: object, *options: object, name: str = NAME) -> list[object]:
    """Give the words of a `hookline http` that leads `name` of the relay to the origin."""
    trust = ["--relay-ca", relay.ca] if relay.ca is not None else []
    inspect = f"127.0.0.1:{free_port()}"
    return [
        "http",
        origin,
        "--relay",
        relay.url,
        "--url",
        name,
        "--ui",
        "lines",
        "--inspect-addr",
        inspect,
        *trust,
        *options,
    ]


def sentence(done: Finished) -> str:
    """Give what was said on standard error, which has to be short."""
    assert len(done.err.strip().splitlines()) <= 4, done.err
    return done.err
