"""Compares texts exactly as SQLite's own functions do, so that both back ends agree to the letter."""

_FOLDS = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def fold(text: str) -> str:
    """Give the text with ASCII letters in lower case: what SQLite's `lower` and `NOCASE` do."""
    return text.lower() if text.isascii() else text.translate(_FOLDS)


def like(pattern: str, text: str) -> bool:
    """Say whether `text` fits `pattern` as SQLite's LIKE sees both: up to a NUL, ASCII case aside.

    Args:
        pattern: `*` is any run of characters, `?` any one.
        text: the whole of it has to fit.
    """
    pattern, text = fold(pattern).partition("\0")[0], fold(text).partition("\0")[0]
    at = place = 0
    star, resume = -1, 0
    while at < len(text):
        if place < len(pattern) and pattern[place] == "*":
            star, resume = place, at
            place += 1
        elif place < len(pattern) and pattern[place] in ("?", text[at]):
            at, place = at + 1, place + 1
        elif star >= 0:
            resume += 1
            at, place = resume, star + 1
        else:
            return False
    return pattern[place:].strip("*") == ""


def contains(part: str, text: str) -> bool:
    """Say whether `part` is in `text`, up to a NUL unless `part` has one itself, ASCII case aside."""
    found = fold(text)
    return fold(part) in (found if "\0" in part else found.partition("\0")[0])


def escaped(text: str) -> str:
    r"""Give a text that stands for itself in SQLite's patterns, to be used with `ESCAPE '\'`."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def like_parameter(pattern: str) -> str:
    r"""Give the pattern in SQLite's spelling, to be used with `ESCAPE '\'`."""
    return escaped(pattern).replace("*", "%").replace("?", "_")
