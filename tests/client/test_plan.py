"""What an agent is to do."""

from pathlib import Path

from client.origin.address import OriginAddress
from client.plan import AgentPlan, TunnelPlan
from client.relay import Dialer, RelayAddress

SECRET = "hkl_secret"


def test_plan_of_one_tunnel_needs_no_more_than_its_places() -> None:
    """The rest are the defaults that the options' help tells."""
    dialer = Dialer(RelayAddress.parse("https://relay.test"), SECRET, "test")
    tunnel = TunnelPlan("demo", OriginAddress.parse("3000"))
    plan = AgentPlan(dialer=dialer, tunnels=(tunnel,), history=Path("history.db"))
    assert (plan.record, plan.inspect_host, plan.inspect_port, plan.agents) == (True, "127.0.0.1", 4040, None)
    assert (tunnel.pool, tunnel.host_header, tunnel.timeouts.first_byte_seconds) == (False, "rewrite", 30.0)


def test_plan_shows_no_token() -> None:
    """What is logged by accident holds none."""
    plan = AgentPlan(Dialer(RelayAddress.parse("https://relay.test"), SECRET, "test"), (), Path("history.db"))
    assert SECRET not in repr(plan)
