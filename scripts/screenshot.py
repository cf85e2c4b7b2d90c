"""Draws docs/tui.svg: the terminal interface on a fixed set of deliveries.

python -m scripts.screenshot [docs/tui.svg]
"""

import asyncio
import os
import re
import sys
import tempfile
import time
from pathlib import Path

from client.tui.app import HooklineApp
from client.wording import UNICODE
from tests.client.tui.seeded import BEGAN, seeded

_SIZE = (120, 34)
_KEYS = ("up", "up", "up", "up", "up", "3")
_PATIENCE_SECONDS = 10.0

_FONT = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
"""Fonts that a viewer would fetch from elsewhere: the picture falls back to its own monospace font."""


async def draw() -> str:
    """Give the picture of a forged delivery with its verdict."""
    fake = seeded()
    with tempfile.TemporaryDirectory() as reports:
        app = HooklineApp(
            fake,
            close=fake.close,
            clock=lambda: BEGAN,
            signs=UNICODE,
            theme="hookline-dark",
            reports=Path(reports),
        )
        async with app.run_test(size=_SIZE) as pilot:
            await pilot.press(*_KEYS)
            picture = ""
            deadline = time.monotonic() + _PATIENCE_SECONDS
            while "SIGNATURE&#160;DOES&#160;NOT&#160;MATCH" not in picture and time.monotonic() < deadline:
                await pilot.pause(0.1)
                picture = app.export_screenshot(title="hookline http 3000")
            return picture


def main() -> int:
    """Write the picture to the file named, or to docs/tui.svg."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    path = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/tui.svg")
    picture = _FONT.sub("", asyncio.run(draw()))
    path.write_text(picture, encoding="utf-8")
    print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
