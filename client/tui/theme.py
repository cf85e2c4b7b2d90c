"""How tones look: the themes, and the style sheet that gives each tone its colour."""

from typing import get_args

from textual.theme import BUILTIN_THEMES, Theme

from client.tui.model.spans import Tone

TONE_CLASSES = {f"tone--{tone}" for tone in get_args(Tone)}
"""The component classes of every widget that paints lines."""

VARIABLES = {"muted": "$foreground 60%", "line": "$foreground 25%", "cursor": "$primary 30%"}
"""What a theme that is not ours lacks."""

DARK = Theme(
    name="hookline-dark",
    dark=True,
    primary="#5fb3d9",
    secondary="#8f9bb3",
    accent="#6fc3df",
    foreground="#d6dce6",
    background="#12151b",
    surface="#181c24",
    panel="#1f2530",
    success="#7fc98b",
    warning="#e6b566",
    error="#f2787f",
    variables={
        "muted": "#959fb1",
        "line": "#343c4b",
        "cursor": "#233148",
        "border": "#5fb3d9",
        "border-blurred": "#343c4b",
        "string": "#a9cf8d",
        "number": "#d9a86c",
        "literal": "#c39ee0",
        "input-selection-background": "#5fb3d9 35%",
    },
)

LIGHT = Theme(
    name="hookline-light",
    dark=False,
    primary="#0f6a94",
    secondary="#55607a",
    accent="#0b6488",
    foreground="#1d2430",
    background="#fbfbfc",
    surface="#f2f4f7",
    panel="#e7ebf0",
    success="#1f7036",
    warning="#8a5300",
    error="#b3202d",
    variables={
        "muted": "#5b6576",
        "line": "#c3cad5",
        "cursor": "#d5e6f1",
        "border": "#0f6a94",
        "border-blurred": "#c3cad5",
        "string": "#2c6a2f",
        "number": "#8a4b00",
        "literal": "#6d3aa0",
        "input-selection-background": "#0f6a94 25%",
    },
)

SAFE = Theme(
    name="hookline-blue-orange",
    dark=True,
    primary="#6cb6ff",
    secondary="#9aa4b5",
    accent="#9ecbff",
    foreground="#dfe4ec",
    background="#0f1218",
    surface="#161b23",
    panel="#1d2430",
    success="#6cb6ff",
    warning="#f0c674",
    error="#ff9a5c",
    variables={
        "muted": "#98a2b3",
        "line": "#363f4e",
        "cursor": "#223249",
        "border": "#6cb6ff",
        "border-blurred": "#363f4e",
        "string": "#9ecbff",
        "number": "#f0c674",
        "literal": "#d0b3f0",
    },
)

CONTRAST = Theme(
    name="hookline-high-contrast",
    dark=True,
    primary="#66d9ff",
    secondary="#ffffff",
    accent="#66d9ff",
    foreground="#ffffff",
    background="#000000",
    surface="#0a0a0a",
    panel="#161616",
    success="#5dff7f",
    warning="#ffd84d",
    error="#ff8080",
    variables={
        "muted": "#c8c8c8",
        "line": "#8a8a8a",
        "cursor": "#003f66",
        "border": "#66d9ff",
        "border-blurred": "#8a8a8a",
        "string": "#b6ff9e",
        "number": "#ffd08a",
        "literal": "#e3c2ff",
    },
)

_DEFAULT = "ansi_default"
MONO = Theme(
    name="mono",
    ansi=True,
    primary=_DEFAULT,
    secondary=_DEFAULT,
    accent=_DEFAULT,
    foreground=_DEFAULT,
    background=_DEFAULT,
    surface=_DEFAULT,
    panel=_DEFAULT,
    boost=_DEFAULT,
    success=_DEFAULT,
    warning=_DEFAULT,
    error=_DEFAULT,
    variables=dict.fromkeys(
        (
            "muted",
            "line",
            "cursor",
            "border",
            "border-blurred",
            "string",
            "number",
            "literal",
            "block-cursor-foreground",
            "block-cursor-background",
            "input-cursor-background",
            "input-cursor-foreground",
            "input-selection-background",
            "input-selection-foreground",
            "screen-selection-background",
            "screen-selection-foreground",
            "ansi-background",
            "ansi-foreground",
            "scrollbar",
            "scrollbar-hover",
            "scrollbar-active",
            "scrollbar-background",
            "scrollbar-background-hover",
            "scrollbar-background-active",
            "scrollbar-corner-color",
            "footer-key-foreground",
        ),
        _DEFAULT,
    ),
)

THEMES = (DARK, LIGHT, SAFE, CONTRAST, MONO)

CSS = """
.tone--muted { color: $muted; }
.tone--strong { text-style: bold; }
.tone--success { color: $success; }
.tone--accent { color: $accent; }
.tone--warning { color: $warning; }
.tone--error { color: $error; }
.tone--title { color: $primary; text-style: bold; }
.tone--field { color: $accent; }
.tone--string { color: $string; }
.tone--number { color: $number; }
.tone--literal { color: $literal; }
.tone--found { text-style: reverse; }
.tone--button { color: $primary; text-style: bold; }
.row--cursor { background: $cursor; }
.row--cursor-blurred { background: $surface; }
.-mono .tone--warning, .-mono .tone--error, .-mono .tone--title, .-mono .tone--button { text-style: bold; }
.-mono .row--cursor { text-style: reverse; }
.-mono .row--cursor-blurred { text-style: underline; }
"""


def choose(wanted: str, *, mono: bool) -> str:
    """Give the theme to begin with: `mono` where no colour is wanted, else the one that is, else our dark one."""
    if mono:
        return MONO.name
    names = {theme.name for theme in THEMES} | set(BUILTIN_THEMES)
    return next((name for name in (wanted, f"hookline-{wanted}") if name in names), DARK.name)
