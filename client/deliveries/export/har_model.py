"""HAR 1.2 as types: what the exporter writes is what the importer reads.

Source: the HAR 1.2 specification (Jan Odvarko, 2012-11-19); names beginning with an underscore are its custom fields.
"""

from typing import Literal

import msgspec


class Pair(msgspec.Struct, omit_defaults=True):
    """A field, cookie, or query parameter."""

    name: str
    value: str


class Param(msgspec.Struct, omit_defaults=True):
    """A part of a posted form, as browsers write it."""

    name: str
    value: str = ""
    file_name: str | None = msgspec.field(default=None, name="fileName")


class PostData(msgspec.Struct, omit_defaults=True):
    """A request's content."""

    mime_type: str = msgspec.field(name="mimeType")
    text: str
    params: list[Param] = msgspec.field(default_factory=list)
    base64: str | None = msgspec.field(default=None, name="_base64")
    """The exact bytes where `text` cannot hold them."""


class ReadPostData(msgspec.Struct):
    """A request's content as other tools write it: any member may be missing."""

    mime_type: str = msgspec.field(default="", name="mimeType")
    text: str | None = None
    params: list[Param] = msgspec.field(default_factory=list)
    base64: str | None = msgspec.field(default=None, name="_base64")


class Marks(msgspec.Struct, omit_defaults=True):
    """What HAR has no place for and a delivery needs to come back unchanged."""

    base: str = ""
    target: str = ""
    version: str = "1.1"
    started_at: float = 0.0
    duration_seconds: float | None = None
    delivery: str = ""
    attempt: int = 1
    signature_fields: list[str] = msgspec.field(default_factory=list)


class HarRequest(msgspec.Struct, kw_only=True):
    """The request of an entry."""

    method: str
    url: str
    http_version: str = msgspec.field(default="HTTP/1.1", name="httpVersion")
    cookies: list[Pair] = msgspec.field(default_factory=list)
    headers: list[Pair]
    query: list[Pair] = msgspec.field(default_factory=list, name="queryString")
    post_data: PostData | msgspec.UnsetType = msgspec.field(default=msgspec.UNSET, name="postData")
    headers_size: int = msgspec.field(default=-1, name="headersSize")
    body_size: int = msgspec.field(default=-1, name="bodySize")


class HarContent(msgspec.Struct, kw_only=True):
    """The content of a response."""

    size: int = 0
    mime_type: str = msgspec.field(default="", name="mimeType")
    text: str | msgspec.UnsetType = msgspec.UNSET
    encoding: Literal["base64"] | msgspec.UnsetType = msgspec.UNSET
    comment: str | msgspec.UnsetType = msgspec.UNSET


class HarResponse(msgspec.Struct, kw_only=True):
    """The response of an entry; status 0 where there was none."""

    status: int
    status_text: str = msgspec.field(default="", name="statusText")
    http_version: str = msgspec.field(default="HTTP/1.1", name="httpVersion")
    cookies: list[Pair] = msgspec.field(default_factory=list)
    headers: list[Pair] = msgspec.field(default_factory=list)
    content: HarContent = msgspec.field(default_factory=HarContent)
    redirect_url: str = msgspec.field(default="", name="redirectURL")
    headers_size: int = msgspec.field(default=-1, name="headersSize")
    body_size: int = msgspec.field(default=-1, name="bodySize")


class Timings(msgspec.Struct, kw_only=True):
    """Milliseconds; what is not known apart is in `wait`."""

    send: float = 0
    wait: float = 0
    receive: float = 0


class HarEntry(msgspec.Struct, kw_only=True):
    """One exchange."""

    started: str = msgspec.field(name="startedDateTime")
    time: float
    request: HarRequest
    response: HarResponse
    cache: dict[str, str] = msgspec.field(default_factory=dict)
    timings: Timings
    comment: str | msgspec.UnsetType = msgspec.UNSET
    marks: Marks | msgspec.UnsetType = msgspec.field(default=msgspec.UNSET, name="_hookline")


class Creator(msgspec.Struct):
    """The program that wrote the file."""

    name: str
    version: str


class HarLog(msgspec.Struct, kw_only=True):
    """The file's one member."""

    version: str = "1.2"
    creator: Creator
    entries: list[HarEntry]


class HarFile(msgspec.Struct):
    """The whole file."""

    log: HarLog


class ReadRequest(msgspec.Struct, kw_only=True):
    """A request as other tools write it."""

    method: str
    url: str
    http_version: str = msgspec.field(default="HTTP/1.1", name="httpVersion")
    headers: list[Pair] = msgspec.field(default_factory=list)
    post_data: ReadPostData | None = msgspec.field(default=None, name="postData")
    body_size: float = msgspec.field(default=-1, name="bodySize")


class ReadContent(msgspec.Struct, kw_only=True):
    """A response's content as other tools write it."""

    size: float = 0
    text: str | None = None
    encoding: str | None = None


class ReadResponse(msgspec.Struct, kw_only=True):
    """A response as other tools write it."""

    status: int = 0
    status_text: str | None = msgspec.field(default=None, name="statusText")
    headers: list[Pair] = msgspec.field(default_factory=list)
    content: ReadContent = msgspec.field(default_factory=ReadContent)


class ReadEntry(msgspec.Struct, kw_only=True):
    """An entry as other tools write it; also accepted alone, outside a file."""

    request: ReadRequest
    response: ReadResponse | None = None
    started: str = msgspec.field(default="", name="startedDateTime")
    time: float | None = None
    marks: Marks | None = msgspec.field(default=None, name="_hookline")


class ReadLog(msgspec.Struct):
    """A log of which only the entries matter."""

    entries: list[ReadEntry]


class ReadFile(msgspec.Struct):
    """A file of which only the log matters."""

    log: ReadLog
