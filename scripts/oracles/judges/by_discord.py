"""PyNaCl, with which Discord's documentation verifies."""

from answering import Headers, answer
from nacl.signing import VerifyKey


def judge(key: str, _url: str, headers: Headers, content: bytes) -> object:
    """Accept an interaction."""
    stamp, signature = headers["x-signature-timestamp"], headers["x-signature-ed25519"]
    return VerifyKey(bytes.fromhex(key)).verify(stamp.encode() + content, bytes.fromhex(signature))


answer(judge)
