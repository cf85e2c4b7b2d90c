"""The signature vectors: ours beside this file, the published ones where they are kept outside the repository."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from client.signatures.catalogue import Catalogue
from client.signatures.engine import Rule, Signatures
from client.signatures.secret import Secret
from client.signatures.subject import Subject

CATALOGUE = Catalogue.load()

HERE = Path(__file__).parent
PUBLISHED = HERE.parents[3] / "shared" / "data" / "signature-vectors-published.json"


@dataclass(frozen=True)
class Vector:
    """A request with a key and the verdict that is right."""

    id: str
    scheme: str
    key: bytes
    subject: Subject
    params: dict[str, str]
    expect: str

    @property
    def secret(self) -> Secret:
        """The key as a secret."""
        return Secret("env:KEY", self.key)

    @property
    def rule(self) -> Rule:
        """A rule that checks it."""
        return Rule(self.scheme, (self.secret,), params=self.params)


def _vector(entry: dict[str, Any]) -> Vector:
    fields = tuple((name.encode(), value.encode("latin-1")) for name, value in entry["headers"])
    subject = Subject(
        entry["method"].encode(),
        entry["url"] or "https://hooks.example/p",
        fields,
        base64.b64decode(entry["body_base64"]),
        entry["now"],
    )
    return Vector(
        entry["id"], entry["scheme"], entry["key"].encode(), subject, entry.get("params") or {}, entry["expect"]
    )


def own() -> list[Vector]:
    """Give the vectors made for this project."""
    return [_vector(entry) for entry in json.loads((HERE / "vectors.json").read_text())["vectors"]]


def published() -> list[Vector]:
    """Give the vectors out of providers' material; none where they are not at hand."""
    if not PUBLISHED.is_file():
        return []
    return [_vector(entry) for entry in json.loads(PUBLISHED.read_text())["vectors"]]


def handshakes() -> list[dict[str, Any]]:
    """Give the handshakes with the replies that are right."""
    found: list[dict[str, Any]] = json.loads((HERE / "vectors.json").read_text())["handshakes"]
    return found


def verdict(vector: Vector) -> str:
    """Judge a vector, and put the verdict as vectors write it."""
    judged = Signatures(catalogue=CATALOGUE, rules=[vector.rule]).judge(vector.subject).signature
    return judged.state if judged.state == "valid" else f"{judged.state}:{judged.reason}"
