"""What a check can find, as reason codes, and how sure each is."""

from enum import StrEnum
from typing import NamedTuple


class Reason(StrEnum):
    """Why a signature is not valid. The first group needs no search; the others are found by `explain`."""

    MISSING_SIGNATURE = "missing_signature"
    MISSING_FIELD = "missing_field"
    DUPLICATE_HEADER = "duplicate_header"
    SIGNATURE_MALFORMED = "signature_malformed"
    SIGNATURE_UNDECODABLE = "signature_undecodable"
    SIGNATURE_PREFIX = "signature_prefix"
    SIGNATURE_MISMATCH = "signature_mismatch"
    SECRET_EMPTY = "secret_empty"  # noqa: S105 - a reason code
    SECRET_UNDECODABLE = "secret_undecodable"  # noqa: S105 - a reason code
    KEY_ID_MISMATCH = "key_id_mismatch"
    TIMESTAMP_TOO_OLD = "timestamp_too_old"
    TIMESTAMP_IN_FUTURE = "timestamp_in_future"
    TIMESTAMP_MALFORMED = "timestamp_malformed"
    TIMESTAMP_UNIT = "timestamp_unit"
    BODY_HASH_MISMATCH = "body_hash_mismatch"
    URL_MISMATCH = "url_mismatch"
    CLAIM_MISSING = "claim_missing"
    CLAIM_MISMATCH = "claim_mismatch"
    VERSION_MISMATCH = "version_mismatch"
    ALGORITHM_UNSUPPORTED = "algorithm_unsupported"
    CERTIFICATE = "certificate"
    CONTENT_INCOMPLETE = "content_incomplete"
    CONFIG_PARAM = "config_param"
    SCHEME_UNKNOWN = "scheme_unknown"

    SIGNATURE_ENCODING = "signature_encoding"
    SECRET_WHITESPACE = "secret_whitespace"  # noqa: S105 - a reason code
    SECRET_QUOTED = "secret_quoted"  # noqa: S105 - a reason code
    SECRET_PREFIX_EXTRA = "secret_prefix_extra"  # noqa: S105 - a reason code
    SECRET_PREFIX_MISSING = "secret_prefix_missing"  # noqa: S105 - a reason code
    SECRET_SHOULD_BE_DECODED = "secret_should_be_decoded"  # noqa: S105 - a reason code
    SECRET_SHOULD_BE_TEXT = "secret_should_be_text"  # noqa: S105 - a reason code
    SECRET_TRUNCATED_PADDING = "secret_truncated_padding"  # noqa: S105 - a reason code
    SECRET_CASE = "secret_case"  # noqa: S105 - a reason code
    SECRET_URL_ENCODED = "secret_url_encoded"  # noqa: S105 - a reason code
    OTHER_KNOWN_SECRET = "other_known_secret"  # noqa: S105 - a reason code
    CLOCK_SKEW = "clock_skew"
    BODY_RESERIALISED = "body_reserialised"
    BODY_KEY_ORDER = "body_key_order"
    BODY_UNICODE_ESCAPES_DECODED = "body_unicode_escapes_decoded"
    BODY_TRAILING_NEWLINE = "body_trailing_newline"
    BODY_NEWLINES_CONVERTED = "body_newlines_converted"
    BODY_BOM_ADDED = "body_bom_added"
    BODY_WHITESPACE = "body_whitespace"
    BODY_CHARSET_CHANGED = "body_charset_changed"
    BODY_STILL_COMPRESSED = "body_still_compressed"
    BODY_DECOMPRESSED = "body_decompressed"
    BODY_FORM_REENCODED = "body_form_reencoded"
    BODY_FORM_FIELD_PAYLOAD_SIGNED = "body_form_field_payload_signed"
    BODY_JSON_DOUBLE_ENCODED = "body_json_double_encoded"
    BODY_EMPTY = "body_empty"
    BODY_LENGTH_DIFFERS = "body_length_differs"
    URL_SCHEME = "url_scheme"
    URL_HOST = "url_host"
    URL_PORT = "url_port"
    URL_TRAILING_SLASH = "url_trailing_slash"
    URL_QUERY_ORDER = "url_query_order"
    URL_QUERY_ENCODING = "url_query_encoding"
    URL_QUERY_DROPPED = "url_query_dropped"
    METHOD = "method"
    ALGORITHM = "algorithm"
    SIGNED_CONTENT = "signed_content"
    OTHER_SCHEME = "other_scheme"
    UNEXPLAINED = "unexplained"


UNVERIFIABLE = frozenset({Reason.CERTIFICATE, Reason.CONTENT_INCOMPLETE, Reason.SCHEME_UNKNOWN})
"""The check could not be made, which says nothing against the sender."""

EVIDENCE = frozenset({Reason.SIGNATURE_MISMATCH, Reason.CLOCK_SKEW, Reason.UNEXPLAINED})
"""What is likely and not proven. All else is certain, or proven by a signature that matched after the stated change."""


class Finding(NamedTuple):
    """The outcome of a check, still without words."""

    reason: Reason | None
    """None: valid."""
    about: str = ""
    """The field, claim, setting or value that the reason is about, as it may be shown."""
    secret: str = ""
    """The name of the secret that matched."""
    age_seconds: float | None = None
    """Time of receipt minus timestamp, where both are known."""
    template: str = ""
    """The form of the signed text that matched."""


VALID = Finding(None)
