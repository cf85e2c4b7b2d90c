"""Ask providers' own libraries about what Hookline signs: they accept it, and agree with Hookline on what is damaged.

Optional, and no part of the tests: each library gets an environment of its own below a temporary directory, which is
removed afterwards. `python -m scripts.oracles [NAME…]`.
"""

import base64
import json
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from client.signatures.catalogue import Catalogue
from client.signatures.check import Check
from client.signatures.engine import Rule, Signatures
from client.signatures.secret import Secret
from client.signatures.sign import signed
from client.signatures.signers import make_key_pair
from client.signatures.subject import Subject
from client.simulate.events import Event, Events

HERE = Path(__file__).parent
URL = "https://demo.example.com/hooks?a=1"
HOUR_SECONDS = 3600
INSTALL_SECONDS = 600
JUDGE_SECONDS = 120
SVIX_SECRET = b"whsec_" + base64.b64encode(b"a key of the oracles, 32 bytes..")

CATALOGUE = Catalogue.load()


@dataclass(frozen=True)
class Oracle:
    """A library that verifies."""

    name: str
    """Of its judge, `judges/by_NAME.py`."""
    package: str
    scheme: str
    event: tuple[str, str]
    """Provider and type of the template that is signed."""
    secret: bytes = b"whsec_of_the_oracles"


ORACLES = (
    Oracle("stripe", "stripe", "stripe", ("stripe", "payment_intent.succeeded")),
    Oracle("standardwebhooks", "standardwebhooks", "standard-webhooks", ("openai", "response.completed"), SVIX_SECRET),
    Oracle("svix", "svix", "svix", ("clerk", "user.created"), SVIX_SECRET),
    Oracle("slack", "slack_sdk", "slack", ("slack", "message")),
    Oracle("slack", "slack_sdk", "slack", ("slack", "slash_command")),
    Oracle("twilio", "twilio", "twilio", ("twilio", "sms.received")),
    Oracle("discord", "PyNaCl", "discord", ("discord", "PING"), b""),
    Oracle("paddle", "paddle-python-sdk", "paddle", ("paddle", "transaction.completed")),
)


@dataclass(frozen=True)
class Case:
    """A request, and whether it is as it was signed."""

    what: str
    request: Subject
    genuine: bool


def cases(oracle: Oracle, event: Event, secret: Secret, now: float) -> Iterator[Case]:
    """Yield the request as `hookline send` makes it, then damaged ones."""
    scheme = CATALOGUE.get(oracle.scheme)
    plain = Subject(event.method, URL, event.fields, event.content, now)
    good = signed(scheme, secret, plain, now=now)
    yield Case("as sent", good, genuine=True)
    yield Case("body changed", replace(good, content=event.content.replace(b"e", b"E", 1)), genuine=False)
    yield Case("a byte more", replace(good, content=event.content + b"x"), genuine=False)
    places = {source.field for source in Check(scheme).text.sources}
    unsigned = tuple(field for field in good.fields if field[0].lower() not in places)
    yield Case("signature removed", replace(good, fields=unsigned), genuine=False)
    flipped = tuple((name, _flipped(value) if name.lower() in places else value) for name, value in good.fields)
    yield Case("signature changed", replace(good, fields=flipped), genuine=False)
    other = make_key_pair(scheme)[0] if not oracle.secret else Secret("other", oracle.secret[:-4] + b"AAA=")
    yield Case("another secret", signed(scheme, other, plain, now=now), genuine=False)
    if scheme.signs_url:
        yield Case("another URL", replace(good, url=URL.replace("demo", "prod")), genuine=False)
    if scheme.tolerance_seconds is not None:
        yield Case("an hour old", signed(scheme, secret, plain, now=now - HOUR_SECONDS), genuine=False)


def _flipped(value: bytes) -> bytes:
    """Change a character in the middle of a signature."""
    middle = len(value) - 8
    changed = b"0" if value[middle : middle + 1] != b"0" else b"1"
    return value[:middle] + changed + value[middle + 1 :]


def judged(oracle: Oracle, python: Path, key: bytes, asked: list[Case]) -> list[bool]:
    """Have the library judge."""
    requests = [
        {
            "key": key.decode(),
            "url": case.request.url,
            "headers": {name.decode(): value.decode() for name, value in case.request.fields},
            "content": base64.b64encode(case.request.content or b"").decode(),
        }
        for case in asked
    ]
    judge = HERE / "judges" / f"by_{oracle.name}.py"
    done = subprocess.run(
        [python, judge], input=json.dumps(requests), capture_output=True, text=True, timeout=JUDGE_SECONDS, check=False
    )
    if done.returncode:
        raise SystemExit(f"{oracle.name}: its judge failed:\n{done.stderr}")
    verdicts: list[bool] = json.loads(done.stdout.splitlines()[-1])
    return verdicts


def ask(oracle: Oracle, python: Path) -> int:
    """Compare a library's verdicts with ours and with the truth; give how many differ."""
    scheme = CATALOGUE.get(oracle.scheme)
    key = oracle.secret
    secret = Secret("key", key)
    if not key:
        secret, key = make_key_pair(scheme)
    rule = Rule(oracle.scheme, (Secret("key", key),))
    now = time.time()
    event = Events.load().make(*oracle.event, now=now)
    asked = list(cases(oracle, event, secret, now))
    theirs = judged(oracle, python, key, asked)
    wrong = 0
    for case, verdict in zip(asked, theirs, strict=True):
        ours = Signatures(catalogue=CATALOGUE, rules=[rule]).judge(case.request).signature.state == "valid"
        agree = ours == verdict == case.genuine
        wrong += not agree
        said = "agree" if agree else f"DIFFER: {oracle.package} {verdict}, hookline {ours}, expected {case.genuine}"
        print(f"{oracle.package:<18} {' '.join(oracle.event):<34} {case.what:<18} {said}")
    return wrong


def environment(package: str, directory: Path) -> Path:
    """Make an environment with a library in it; give its interpreter."""
    place = directory / package
    venv.create(place, with_pip=True)
    python = place / "bin" / "python"
    command = [python, "-m", "pip", "--disable-pip-version-check", "--quiet", "install", package]
    subprocess.run(command, check=True, timeout=INSTALL_SECONDS)
    return python


def main(names: list[str]) -> int:
    """Ask all, or those that are named; give the exit code."""
    chosen = [oracle for oracle in ORACLES if not names or oracle.name in names]
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="hookline-oracles-") as directory:
        pythons: dict[str, Path] = {}
        for oracle in chosen:
            if oracle.package not in pythons:
                pythons[oracle.package] = environment(oracle.package, Path(directory))
            wrong += ask(oracle, pythons[oracle.package])
    print(f"{len({oracle.package for oracle in chosen})} libraries asked, {wrong} verdicts differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
