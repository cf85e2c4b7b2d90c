"""The themes: everything can be read."""

import pytest
from textual.color import Color
from textual.theme import Theme

from client.tui.theme import DARK, MONO, THEMES, choose

_READ_ON = ("background", "surface", "panel", "cursor")
_TONES = ("foreground", "primary", "accent", "success", "warning", "error", "muted", "string", "number", "literal")


def colour(theme: Theme, name: str) -> Color:
    """Give a theme's colour by its name."""
    return Color.parse(theme.variables.get(name) or getattr(theme, name))


def contrast(one: Color, other: Color) -> float:
    """Give the contrast of two colours (WCAG 2.2 section 1.4.3)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(one: Color) -> float:
    """Give a colour's relative luminance."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in one.normalized]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", [theme for theme in THEMES if theme is not MONO], ids=lambda theme: theme.name)
def test_every_tone_can_be_read_on_every_ground(theme: Theme) -> None:
    """Contrast is at least 4.5 to 1 for every tone, also under the cursor."""
    weak = {
        (tone, ground): round(contrast(colour(theme, tone), colour(theme, ground)), 2)
        for tone in _TONES
        for ground in _READ_ON
        if contrast(colour(theme, tone), colour(theme, ground)) < 4.5
    }
    assert weak == {}


def test_mono_has_no_colour() -> None:
    """Every colour of the monochrome theme is the terminal's own."""
    colours = {MONO.primary, MONO.error, MONO.background, MONO.foreground, *MONO.variables.values()}
    assert colours == {"ansi_default"}


@pytest.mark.parametrize(
    ("wanted", "mono", "name"),
    [
        ("", False, DARK.name),
        ("light", False, "hookline-light"),
        ("nord", False, "nord"),
        ("x", False, DARK.name),
        ("light", True, "mono"),
    ],
)
def test_choose(wanted: str, *, mono: bool, name: str) -> None:
    """A theme is found by its name, ours also without the first word; no colour wins."""
    assert choose(wanted, mono=mono) == name
