"""The signed text of the three schemes that the grammar cannot say."""

import json

import pytest

from client.signatures.hooks import contentful_path
from client.signatures.templates import FieldAbsent, Template
from tests.client.signatures.requests import reading

NOTIFICATION = {"Type": "Notification", "MessageId": "m", "TopicArn": "arn", "Message": "hi", "Timestamp": "t"}


def sns(message: dict[str, str]) -> bytes:
    """Make up Amazon's text."""
    return Template("{sns}").render(reading(content=json.dumps(message).encode()))


def test_sns_notification() -> None:
    """Keys and values each on a line, in Amazon's order; the subject only where there is one."""
    expected = b"Message\nhi\nMessageId\nm\n%sTimestamp\nt\nTopicArn\narn\nType\nNotification\n"
    assert sns(NOTIFICATION) == expected % b""
    assert sns(NOTIFICATION | {"Subject": "s"}) == expected % b"Subject\ns\n"


def test_sns_confirmation_has_other_keys() -> None:
    """A subscription's confirmation signs its token and URL."""
    message = NOTIFICATION | {"Type": "SubscriptionConfirmation", "SubscribeURL": "u", "Token": "k"}
    assert sns(message).split(b"\n")[4:6] == [b"SubscribeURL", b"u"]


def test_sns_without_a_key_signs_nothing() -> None:
    """A message that lacks a signed key cannot be checked."""
    with pytest.raises(FieldAbsent):
        sns({"Type": "Notification"})


def test_contentful_fields() -> None:
    """The listed fields, lower-cased and sorted."""
    fields = (("X-Signed", "X-B, x-a"), ("x-b", " 2 "), ("X-A", "1"))
    assert Template("{signed_headers:X-Signed}").render(reading(*fields)) == b"x-a:1;x-b:2"


def test_hook0_fields() -> None:
    """The values of the fields that `h=` names, in its order."""
    request = reading(("X-A", "1"), ("X-B", "2"))
    request.bound["h"] = b"x-b x-a"
    assert Template("{hook0_headers}").render(request) == b"2.1"


def test_listed_field_that_is_absent() -> None:
    """A proxy that removed a signed field is found out."""
    with pytest.raises(FieldAbsent):
        Template("{signed_headers:X-Signed}").render(reading(("X-Signed", "X-Gone")))


@pytest.mark.parametrize(
    ("path", "encoded"), [(b"/a b", b"/a%20b"), (b"/p?q=a/b&c=d", b"/p?q%253Da%252Fb%2526c%253Dd")]
)
def test_contentful_path(path: bytes, encoded: bytes) -> None:
    """The query is escaped twice, the path once."""
    assert contentful_path(path) == encoded
