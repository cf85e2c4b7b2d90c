"""What a signature check costs, and what the search for a cause does: `python -m benchmarks.signatures`.

Every scheme that can be signed here is measured with a body of 1 KiB, the event's facts included, as for each delivery.
"""

import statistics
import sys
import time
from collections.abc import Callable

from client.signatures.catalogue import Catalogue
from client.signatures.engine import Rule, Secret, Signatures, Subject
from client.signatures.explaining import Explainer
from client.signatures.scheme import Scheme
from client.signatures.sign import signed
from client.signatures.signers import CannotSign, make_key_pair

BODY = b'{"id":"evt_1","type":"call.ended","data":{"text":"' + b"x" * 970 + b'"}}'
ROUNDS = 5
CALLS = 2000
NOW = 1_800_000_000.0
SHARED_KEYS = {
    "utf8": b"whsec_a_secret_of_usual_length",
    "hex": b"ab" * 32,
    "base64": b"a2tr" * 10,
    "whsec": b"whsec_" + b"a2tr" * 8,
    "sha1": b"key",
}


def prepared(scheme: Scheme) -> tuple[Signatures, Subject] | None:
    """Give what judges and a signed request; None: it cannot be signed without more than a key."""
    shared = SHARED_KEYS.get(scheme.key)
    params = dict.fromkeys(scheme.params, "1")
    try:
        key, public = (Secret("key", shared or b""), shared) if scheme.kind != "sign" else make_key_pair(scheme)
        plain = Subject(b"POST", "https://demo.example.com/hooks", (), BODY, NOW)
        request = signed(scheme, key, plain, now=NOW, params=params)
    except (CannotSign, ValueError):
        return None
    rule = Rule(scheme.id, (Secret("key", public or b""),), params=params)
    signatures = Signatures(catalogue=Catalogue({scheme.id: scheme}), rules=[rule])
    return (signatures, request) if signatures.judge(request).signature.state == "valid" else None


def microseconds(call: Callable[[], object], calls: int = CALLS) -> float:
    """Give the best of several rounds: what else the machine does only ever adds."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for _ in range(calls):
            call()
        best = min(best, time.perf_counter() - began)
    return best / calls * 1e6


def main() -> int:
    """Measure all schemes, then the search for a cause that is not found."""
    costs: dict[str, list[tuple[float, str]]] = {}
    for scheme in Catalogue.load():
        found = prepared(scheme)
        if found is not None:
            signatures, request = found
            cost = microseconds(lambda: signatures.judge(request), CALLS if scheme.kind != "sign" else 200)  # noqa: B023
            costs.setdefault(scheme.kind, []).append((cost, scheme.id))
    print("kind      schemes   median µs   slowest")
    for kind, rows in costs.items():
        slowest, name = max(rows)
        print(f"{kind:<9} {len(rows):>7} {statistics.median(cost for cost, _ in rows):>11.1f}   {slowest:.1f} {name}")
    signatures, request = prepared(Catalogue.load().get("talkifai")) or sys.exit("talkifai cannot be signed")
    forged = Signatures(catalogue=Catalogue.load(), rules=[Rule("talkifai", (Secret("key", b"another"),))])
    view, explainer = forged.judge(request).signature, Explainer(forged)
    cost = microseconds(lambda: explainer.explain_now(request, view), 5)
    print(f"search for a cause that is not found, 1 KiB: {cost / 1000:.1f} ms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
