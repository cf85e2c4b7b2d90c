"""Copying."""

from pathlib import Path

from client.tui.clipboard import copy


def tool(directory: Path, name: str, script: str) -> None:
    """Put a clipboard program into a directory."""
    path = directory / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


async def test_copy_by_the_systems_tool(tmp_path: Path) -> None:
    """The first tool whose display is there takes the text."""
    tool(tmp_path, "wl-copy", "exit 1")
    tool(tmp_path, "xclip", f"cat > {tmp_path}/copied")
    asked: list[str] = []
    environ = {"PATH": f"{tmp_path}:/bin:/usr/bin", "DISPLAY": ":0", "WAYLAND_DISPLAY": "w"}
    way = await copy("text ✓", environ=environ, ask_terminal=asked.append)
    assert (way, (tmp_path / "copied").read_text(), asked) == ("xclip", "text ✓", [])


async def test_copy_by_the_terminal(tmp_path: Path) -> None:
    """Without a display, or with a tool that cannot be run, the terminal is asked."""
    (tmp_path / "pbcopy").write_text("")
    (tmp_path / "pbcopy").chmod(0o755)
    tool(tmp_path, "xclip", "exit 0")
    asked: list[str] = []
    way = await copy("text", environ={"PATH": str(tmp_path)}, ask_terminal=asked.append)
    assert (way, asked) == ("the terminal (OSC 52)", ["text"])
