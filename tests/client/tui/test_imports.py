"""Who imports Textual, and who does not."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["client.wording", "client.lines", "client.explanations", "client.tui.__main__"])
def test_import_without_textual(module: str) -> None:
    """What the command line needs at its start loads no screen."""
    code = f"import {module}, sys; sys.exit('textual' in sys.modules or 'aiohttp' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_models_without_textual() -> None:
    """What the screens show is known without a screen."""
    code = (
        "import pkgutil, importlib, sys, client.tui.model as model\n"
        "for one in pkgutil.iter_modules(model.__path__, 'client.tui.model.'): importlib.import_module(one.name)\n"
        "sys.exit('textual' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
