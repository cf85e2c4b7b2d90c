"""The document that describes the API."""

import re
from collections.abc import AsyncIterator

import aiohttp
import pytest

from client.api import ApiServer, RemoteInspector
from client.api.narrowing import FORMATS
from client.api.openapi import OPERATIONS, document
from tests.client.deliveries.stage import CATALOGUE, Desk


@pytest.fixture
async def full(desk: Desk) -> AsyncIterator[ApiServer]:
    """Give an API with everything, behind a token."""
    server = ApiServer(desk.inspector, port=0, catalogue=CATALOGUE, token="s3cret")
    await server.start()
    yield server
    await server.close()


async def test_every_route_is_described_and_no_other(full: ApiServer) -> None:
    """Nobody has to look into the source."""
    routes = {
        (route.method.lower(), re.sub(r"\{(\w+)[^/]*\}", r"{\1}", route.resource.canonical))
        for route in full._application().router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    assert {(one.method, one.path) for one in OPERATIONS} == routes


def test_references_lead_somewhere() -> None:
    """Every type that is named is in the document."""
    text = str(document())
    names = set(re.findall(r"#/components/schemas/(\w+)", text))
    assert names <= set(document()["components"]["schemas"])
    assert "DeliveryDetail" in names


def test_text_with_a_grammar_of_its_own_is_described() -> None:
    """Each format in the document is explained in it, and each that is explained is used."""
    told = str(document())
    used = set(re.findall(r"'format': '([\w-]+)'", told))
    assert used == set(FORMATS)
    assert all(f"- `{name}`: " in document()["info"]["description"] for name in used)


@pytest.mark.parametrize(
    ("name", "value", "fits"),
    [
        ("method", "PUT", True),
        ("method", "two words", False),
        ("target", "/a?b=%41", True),
        ("target", "no/slash", False),
        ("content", "QQ==", True),
        ("content", "Q", False),
    ],
)
def test_pattern_is_what_an_edit_must_fit(name: str, value: str, fits: bool) -> None:
    """Whoever generates edits from the document generates what is taken."""
    text, nothing = document()["components"]["schemas"]["Edits"]["properties"][name]["anyOf"]
    assert nothing == {"type": "null"}
    assert (re.search(text["pattern"], value) is not None) == fits


def test_what_a_tunnel_and_an_import_need_is_said() -> None:
    """One of two members, and nothing else that changes what is wanted."""
    schemas = document()["components"]["schemas"]
    assert schemas["Asked"]["anyOf"] == [{"required": ["addr"]}, {"required": ["upstream"]}]
    assert schemas["Asked"]["additionalProperties"] == {"enum": [None, "", [], {}, False]}
    assert {"bind_tls", "inspect", "metadata"} <= set(schemas["Asked"]["properties"])
    assert [one["required"] for one in schemas["Import"]["anyOf"]] == [["exchanges"], ["file"]]
    assert schemas["Asked"]["properties"]["addr"]["anyOf"][1] == {"type": "integer", "minimum": 1, "maximum": 65535}


async def test_token_is_asked_for(full: ApiServer, session: aiohttp.ClientSession) -> None:
    """Without it nothing is told, with it everything; the inspector knows how to say it."""
    url = f"http://127.0.0.1:{full.port}"
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "}):
        async with session.get(f"{url}/api/status", headers=headers) as response:
            assert (response.status, response.headers["WWW-Authenticate"]) == (401, "Bearer")
            assert (await response.json())["code"] == "token-needed"
    async with RemoteInspector(url, token="s3cret") as remote:
        assert (await remote.status()).link == "online"


async def test_schemes_are_shown(full: ApiServer, session: aiohttp.ClientSession) -> None:
    """The catalogue in a few words, one scheme in full, and an unknown one as such."""
    url, headers = f"http://127.0.0.1:{full.port}/api/schemes", {"Authorization": "Bearer s3cret"}
    async with session.get(url, headers=headers) as response:
        schemes = (await response.json())["schemes"]
    assert {"id", "name", "place", "algorithm"} == set(schemes[0])
    async with session.get(f"{url}/talkifai", headers=headers) as response:
        told = dict((await response.json())["told"])
    assert "X-TalkifAI-Signature" in told["signature"]
    async with session.get(f"{url}/nonsense", headers=headers) as response:
        assert response.status == 404
    async with session.get(url.replace("schemes", "openapi.json"), headers=headers) as response:
        assert (await response.json())["openapi"] == "3.1.0"
