"""Where keys may be fetched from."""

from pathlib import Path

import pytest

from client.signatures.material import MOST_KEYS, KeyFiles, KeyUnavailable, allowed
from tests.client.signatures.vectors import CATALOGUE

SNS = CATALOGUE.get("aws-sns")
PEM = "/SimpleNotificationService-0123456789abcdef.pem"


@pytest.mark.parametrize(
    "host",
    ["sns.us-east-1.amazonaws.com", "sns.us-gov-west-1.amazonaws.com", "sns.cn-north-1.amazonaws.com.cn"],
)
def test_sns_certificate_is_fetched_from_every_region(host: str) -> None:
    """A region is two letters, words and a digit."""
    assert allowed(f"https://{host}{PEM}", SNS.key_hosts, SNS.key_url) == f"https://{host}{PEM}"


@pytest.mark.parametrize(
    "url",
    [
        f"https://sns.s3.amazonaws.com{PEM}",
        f"https://sns.s3-us-west-2.amazonaws.com{PEM}",
        f"https://sns.us-east-1.amazonaws.com.evil.example{PEM}",
        "https://sns.us-east-1.amazonaws.com/?Action=GetTopic",
        f"https://sns.us-east-1.amazonaws.com{PEM}?x",
        f"https://sns.us-east-1.amazonaws.com{PEM}#x",
        f"https://sns.us-east-1.amazonaws.com{PEM}\n",
        f"https://sns.us-east-1.amazonaws.com/x{PEM}",
        f"http://sns.us-east-1.amazonaws.com{PEM}",
    ],
)
def test_sns_certificate_is_fetched_from_nowhere_else(url: str) -> None:
    """A bucket called `sns` has a name under the same domain, and anybody may put a certificate there."""
    with pytest.raises(KeyUnavailable):
        allowed(url, SNS.key_hosts, SNS.key_url)


def test_key_that_was_pushed_out_before_it_was_stored(tmp_path: Path) -> None:
    """Storing happens a moment after fetching; a key that went meanwhile is left out, and the others stay."""
    files = KeyFiles(tmp_path)
    for number in range(MOST_KEYS + 1):
        files.put(f"key {number}", b"material")
    files.save("key 0")
    files.save("key 1")
    again = KeyFiles(tmp_path)
    again.load()
    assert (again.get("key 0"), again.get("key 1")) == (None, b"material")
