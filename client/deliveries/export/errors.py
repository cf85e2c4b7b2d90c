"""Why a delivery is not exported."""

from shared.errors import TunnelError


class ExportRefused(TunnelError):  # noqa: N818 - reads as the sentence it is
    """An export that would not be what was received; says why and what to do."""
