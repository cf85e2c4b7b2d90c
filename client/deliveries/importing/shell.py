r"""Splits a shell line into words as sh and bash do, without running anything.

Known: single quotes, double quotes, backslashes, line continuations, comments, `$'…'`, one pipe from `printf '…'`, and
`$(printf '…')` inside a word: what browsers' "copy as cURL" and this product write. A variable or any other command is
refused: its value is not in the line.
"""

import re

from client.deliveries.importing.errors import RequestUnreadable, place

_PLAIN = re.compile(rb"[^\s'\"\\$`|&;<>()#]+")
_BLANK = re.compile(rb"(?:[ \t\r]|\\\r?\n)+")
_NAMED = {
    b"n": b"\n",
    b"t": b"\t",
    b"r": b"\r",
    b"a": b"\a",
    b"b": b"\b",
    b"f": b"\f",
    b"v": b"\v",
    b"e": b"\x1b",
    b"E": b"\x1b",
}
_ESCAPE = re.compile(rb"\\(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|([0-7]{1,3})|(.))", re.DOTALL)
_MOST_CODE_POINT = 0x10FFFF
_DEEPEST = 20
"""Substitutions inside one another: what is read makes do with one."""


def unescape(text: bytes) -> bytes:
    r"""Give what the backslash sequences of `$'…'` and of printf's format stand for."""
    return _ESCAPE.sub(_escaped, text)


def _escaped(match: re.Match[bytes]) -> bytes:
    byte, short, long, octal, letter = match.groups()
    if byte is not None:
        return bytes((int(byte, 16),))
    if octal is not None:
        return bytes((int(octal, 8) & 0xFF,))
    if short is not None or long is not None:
        code = int(short if short is not None else long, 16)
        return chr(min(code, _MOST_CODE_POINT)).encode("utf-8", "surrogatepass")
    return _NAMED.get(letter, letter if letter in b"\\'\"?" else b"\\" + letter)


def split_line(data: bytes) -> tuple[list[bytes], bytes | None]:
    """Give the words of the one command, and what is piped into it or None.

    Raises:
        RequestUnreadable: a quote stays open, or the line does more than call one command.
    """
    words, at = _Words(data).command(0)
    if at == len(data):
        return words, None
    piped = _printed(words)
    if piped is None:
        raise _Words(data).fault(
            at, "only `printf '…' |` can stand before the command: anything else would have to be run"
        )
    words, at = _Words(data).command(at + 1)
    if at < len(data):
        raise _Words(data).fault(at, "the line goes on behind the command; give one command")
    return words, piped


def _printed(words: list[bytes]) -> bytes | None:
    """Give what `printf FORMAT` prints, or None if that is not what the words say."""
    if len(words) != 2 or words[0] != b"printf":  # noqa: PLR2004 - the command and its format
        return None
    if b"%" in words[1].replace(b"%%", b""):
        return None
    return unescape(words[1].replace(b"%%", b"%"))


class _Words:
    """A reader of one line."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._depth = 0

    def fault(self, at: int, sentence: str) -> RequestUnreadable:
        line, column = place(self._data, at)
        return RequestUnreadable(sentence, line=line, column=column)

    def command(self, at: int) -> tuple[list[bytes], int]:
        """Read words until the line ends or a pipe comes; give them and where the reading stopped."""
        data, words = self._data, list[bytes]()
        while at < len(data):
            blank = _BLANK.match(data, at)
            if blank is not None:
                at = blank.end()
            elif data[at : at + 1] == b"#":
                at = self._end_of_line(at)
            elif data[at : at + 1] == b"\n":
                at += 1
                if words and data[at:].strip():
                    raise self.fault(at, "a second command begins here; give one command")
            elif data[at : at + 1] == b"|":
                return words, at
            else:
                word, at = self.word(at)
                words.append(word)
        return words, at

    def _end_of_line(self, at: int) -> int:
        end = self._data.find(b"\n", at)
        return len(self._data) if end < 0 else end

    def word(self, at: int) -> tuple[bytes, int]:
        """Read one word of quoted and plain pieces."""
        data, pieces = self._data, list[bytes]()
        while at < len(data):
            char = data[at : at + 1]
            plain = _PLAIN.match(data, at)
            if plain is not None:
                piece, at = plain[0], plain.end()
            elif char == b"'":
                piece, at = self._until_quote(at + 1)
            elif char == b'"':
                piece, at = self._double(at + 1)
            elif char == b"\\":
                following = data[at + 1 : at + 2]
                piece, at = b"" if following == b"\n" else following, at + 2
            elif char == b"$":
                piece, at = self._dollar(at)
            elif char == b"#" and pieces:
                piece, at = char, at + 1
            else:
                break
            pieces.append(piece)
        if not pieces:
            raise self.fault(at, f"`{data[at : at + 1].decode('latin-1')}` does more than call one command")
        return b"".join(pieces), at

    def _until_quote(self, at: int) -> tuple[bytes, int]:
        end = self._data.find(b"'", at)
        if end < 0:
            raise self.fault(at - 1, "this quote is never closed")
        return self._data[at:end], end + 1

    def _dollar(self, at: int) -> tuple[bytes, int]:
        if self._data[at : at + 2] == b"$'":
            match = re.compile(rb"(?:[^'\\]|\\.)*", re.DOTALL).match(self._data, at + 2)
            end = at + 2 if match is None else match.end()
            if self._data[end : end + 1] != b"'":
                raise self.fault(at, "this quote is never closed")
            return unescape(self._data[at + 2 : end]), end + 1
        if self._data[at : at + 2] == b"$(":
            return self._substitution(at)
        raise self.fault(at, "a shell variable: its value is not in the line, write it out")

    def _substitution(self, at: int) -> tuple[bytes, int]:
        words, inner = list[bytes](), at + 2
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self.fault(at, f"more than {_DEEPEST} `$(` stand inside one another")
        while self._data[inner : inner + 1] not in (b")", b""):
            blank = _BLANK.match(self._data, inner)
            if blank is not None:
                inner = blank.end()
            else:
                word, inner = self.word(inner)
                words.append(word)
        self._depth -= 1
        printed = _printed(words)
        if printed is None or self._data[inner : inner + 1] != b")":
            raise self.fault(at, "only `$(printf '…')` is read; any other command would have to be run")
        return printed.rstrip(b"\n"), inner + 1

    def _double(self, at: int) -> tuple[bytes, int]:
        data, pieces, start = self._data, list[bytes](), at
        while at < len(data):
            char = data[at : at + 1]
            if char == b'"':
                return b"".join(pieces), at + 1
            if char == b"\\":
                following = data[at + 1 : at + 2]
                pieces.append(b"" if following == b"\n" else following if following in b'"\\$`' else char + following)
                at += 2
            elif char == b"$" and data[at + 1 : at + 2] == b"(":
                piece, at = self._substitution(at)
                pieces.append(piece)
            elif char == b"`" or (char == b"$" and re.match(rb"[A-Za-z_{0-9@*?!#$-]", data[at + 1 : at + 2])):
                raise self.fault(at, "a shell variable or command: its value is not in the line, write it out")
            else:
                end = re.compile(rb'[^"\\$`]+|\$').match(data, at)
                pieces.append(char if end is None else end[0])
                at = at + 1 if end is None else end.end()
        raise self.fault(start - 1, "this quote is never closed")
