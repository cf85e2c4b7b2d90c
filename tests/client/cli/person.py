"""Somebody with a home of their own who types `hookline`."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.system.program import Finished, Program

ROOT = Path(__file__).parents[3]
WORDS = (sys.executable, "-W", "error", "-m", "client")


class Person:
    """Runs the command as real processes, in a home and a working directory of their own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.temporary = home / "tmp"
        """Where its temporary files are."""
        self.temporary.mkdir(parents=True)
        self._started = 0

    def environment(self, **more: str) -> dict[str, str]:
        """Give an environment in which nothing of anybody else's is found."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
        homes = {f"XDG_{kind}_HOME": str(self.home / kind.lower()) for kind in ("CONFIG", "DATA", "STATE", "CACHE")}
        mine = {"HOME": str(self.home), "TMPDIR": str(self.temporary), "TERM": "dumb", "PYTHONPATH": str(ROOT)}
        return {**kept, **homes, **mine, "PYTHONUNBUFFERED": "1", **more}

    async def runs(self, *words: object, stdin: bytes = b"", **environ: str) -> Finished:
        """Run the command to its end; it says no traceback."""
        process = await asyncio.create_subprocess_exec(
            *(*WORDS, *map(str, words)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.environment(**environ),
            cwd=self.home,
        )
        async with asyncio.timeout(20):
            out, err = await process.communicate(stdin)
        assert process.returncode is not None
        done = Finished(process.returncode, out.decode(errors="replace"), err.decode(errors="replace"))
        assert "Traceback" not in done.text, done.text
        assert "this is a bug in hookline" not in done.text, done.text
        return done

    @contextmanager
    def running(self, *words: object, **environ: str) -> Iterator[Program]:
        """Have the command run in a process group of its own until the block ends."""
        self._started += 1
        logs = self.home / f"{self._started}.log"
        program = Program([*WORDS, *map(str, words)], env=self.environment(**environ), logs=logs, cwd=self.home)
        try:
            yield program
        finally:
            program.cleanse()

    def left(self) -> list[Path]:
        """Give what should be gone when nothing runs: temporary files, and the word that a client runs."""
        agents = self.home / "state" / "hookline" / "agents"
        return [*self.temporary.iterdir(), *(agents.iterdir() if agents.is_dir() else ())]
