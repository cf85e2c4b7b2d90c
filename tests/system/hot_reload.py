"""A real Vite dev server through the tunnel, a real browser on it: a changed module is swapped without a reload.

No part of the tests, since it installs Vite from the npm registry into a temporary directory: `make hot-reload`.
"""

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.authority import Authority
from tests.conftest import find
from tests.system.browser import Page, browsing
from tests.system.polling import until_async
from tests.system.program import Program
from tests.system.supervisor import Supervisor, free_port

INSTALL_SECONDS = 300
FILES = {
    "package.json": json.dumps({"private": True, "type": "module"}),
    "index.html": '<!doctype html><p id="said"></p><script type="module" src="/main.js"></script>',
    "main.js": (
        "import {words} from './words.js'\n"
        "window.loaded = (window.loaded ?? 0) + 1\n"
        "const show = text => { document.getElementById('said').textContent = text }\n"
        "show(words)\n"
        "if (import.meta.hot) import.meta.hot.accept('./words.js', fresh => show(fresh.words))\n"
    ),
    "words.js": "export const words = 'first'\n",
    "vite.config.js": "export default {server: {host: '127.0.0.1', allowedHosts: ['.localhost'], strictPort: true}}\n",
}


def _install(project: Path) -> None:
    """Make the project, with Vite in it."""
    npm = find("npm")
    if npm is None or find("chromium") is None:
        raise SystemExit("hot-reload needs npm and Chromium: apt-get install npm chromium")
    project.mkdir()
    for name, text in FILES.items():
        (project / name).write_text(text, encoding="utf-8")
    command = [npm, "install", "--silent", "--no-audit", "--no-fund", "vite"]
    subprocess.run(command, cwd=project, check=True, timeout=INSTALL_SECONDS, stdin=subprocess.DEVNULL)


async def _shows(page: Page, words: str) -> None:
    async def look() -> bool:
        """Look once."""
        return bool(await page.run("document.getElementById('said')?.textContent") == words)

    await until_async(look, what=f"{words!r} in the page")


async def _watch(directory: Path, project: Path) -> None:
    """Change a module twice, with the page open, and see each change arrive in the same document."""
    port = free_port()
    async with Supervisor(directory, Authority(directory)) as supervisor:
        vite = Program(
            [find("node") or "node", project / "node_modules" / "vite" / "bin" / "vite.js", "--port", str(port)],
            env=supervisor.environment("vite"),
            logs=directory / "vite.log",
            cwd=project,
        )
        try:
            await vite.says("127.0.0.1")
            relay = await supervisor.relay()
            await supervisor.client(relay, port, "--host-header", "preserve", token=await supervisor.token())
            async with browsing(supervisor.home("browser"), port=relay.port) as page:
                await page.open(f"https://demo.localhost:{relay.port}/")
                await _shows(page, "first")
                for words in ("second", "third"):
                    (project / "words.js").write_text(f"export const words = '{words}'\n", encoding="utf-8")
                    await _shows(page, words)
                loaded = await page.run("window.loaded")
                assert loaded == 1, f"the page was loaded {loaded} times"
        finally:
            vite.cleanse()


def main() -> None:
    """Run it."""
    directory = Path(tempfile.mkdtemp(prefix="hookline-hot-reload-"))
    try:
        _install(directory / "project")
        asyncio.run(_watch(directory, directory / "project"))
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    sys.stdout.write("Vite's hot reload works through the tunnel: two changes, no reload.\n")


if __name__ == "__main__":
    main()
