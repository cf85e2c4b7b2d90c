"""Runs an agent with an interface: what `http`, `start` and `demo` have in common."""

import asyncio

import click

from client.agent import Agent
from client.cli.interface import Shown, show
from client.cli.loop import first
from client.plan import AgentPlan
from shared.errors import LinkRefused


async def run_agent(plan: AgentPlan, shown: Shown) -> None:
    """Keep the tunnels open until the user ends the interface.

    Raises:
        LinkRefused: the relay will not have us, or was never reached.
    """
    agent = Agent(plan)
    async with agent.started() as url:
        await first(_serve(agent, shown), _show_when_ready(agent, url, shown))
        if agent.refusal is not None:
            raise agent.refusal


async def _serve(agent: Agent, shown: Shown) -> None:
    """Keep the link; with the terminal interface a refusal stays on the screen until the user leaves."""
    try:
        await agent.serve()
    except LinkRefused:
        if shown != "tui" or not agent.state.online.is_set():
            raise
        await asyncio.Event().wait()


async def _show_when_ready(agent: Agent, url: str, shown: Shown) -> None:
    if shown == "tui":
        await agent.state.online.wait()
        for tunnel in agent.state.status().tunnels:
            for public in tunnel.public_urls[:1]:
                click.echo(f"{public} -> {tunnel.origin}", err=True)
        click.echo(f"local API: {url}", err=True)
    await show(agent.inspector, url, shown)
