"""Which version of the product runs."""

from importlib import metadata


def version() -> str:
    """Give the installed version; `unknown` from a bare checkout."""
    try:
        return metadata.version("hookline")
    except metadata.PackageNotFoundError:
        return "unknown"
