"""Where the client keeps its files."""

from pathlib import Path

import platformdirs

_NAME = "hookline"


def user_config_file() -> Path:
    """The user's settings."""
    return platformdirs.user_config_path(_NAME) / "config.toml"


def project_config_file() -> Path:
    """The project's settings, in the working directory."""
    return Path("hookline.toml")


def credentials_file() -> Path:
    """Tokens by relay; mode 0600."""
    return platformdirs.user_config_path(_NAME) / "credentials.json"


def own_schemes_file() -> Path:
    """Signature schemes of the user's own."""
    return platformdirs.user_config_path(_NAME) / "schemes.toml"


def keys_directory() -> Path:
    """Public keys that were fetched from their providers."""
    return platformdirs.user_cache_path(_NAME) / "keys"


def secrets_directory() -> Path:
    """Signing secrets that providers have told in a handshake; each file mode 0600."""
    return platformdirs.user_data_path(_NAME) / "secrets"


def history_file() -> Path:
    """The captured deliveries; mode 0600."""
    return platformdirs.user_data_path(_NAME) / "history.db"


def local_relay_directory() -> Path:
    """The data of the relay of `--local`: its CA stays the same, so that it need be trusted only once."""
    return platformdirs.user_data_path(_NAME) / "local-relay"


def local_relay_ca_file() -> Path:
    """The CA of that relay; there once it has run."""
    return local_relay_directory() / "local-ca" / "localhost" / "ca.pem"


def agents_directory() -> Path:
    """One file for each client that runs."""
    return platformdirs.user_state_path(_NAME) / "agents"


def log_file() -> Path:
    """What a client logs while the terminal belongs to its interface."""
    return platformdirs.user_log_path(_NAME) / "hookline.log"
