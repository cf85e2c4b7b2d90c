"""Settings from flags, environment and TOML files, fitted into frozen structs; a misfit is told as one sentence."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

from shared.errors import TunnelError
from shared.fitting import Misfit, Reader, nearest

T = TypeVar("T", bound=msgspec.Struct)


class ConfigError(TunnelError):
    """A setting that does not fit."""

    def __init__(self, file: str, key: str, problem: str, hint: str = "") -> None:
        super().__init__(": ".join(part for part in (file, key, problem, hint) if part))
        self.file = file
        """The file's path, or `environment`, or `command line`."""
        self.key = key
        """The key as the user wrote it, `tunnels.billing.address`, `HOOKLINE_RELAY_TLS` or `--tls`; may be empty."""
        self.problem = problem
        self.hint = hint
        """What would fit; may be empty."""


class Layer(NamedTuple):
    """Values of one origin, for a struct's fields."""

    origin: str
    """As in `ConfigError.file`."""
    values: Mapping[str, Any]
    """By the struct's field names; a file's may contain tables and keys that do not exist."""
    spelling: str = "{}"
    """How the user wrote a key: `--{}` turns `trusted_proxy` into `--trusted-proxy`, `HOOKLINE_{}` into upper case."""
    directory: Path | None = None
    """What relative paths are relative to; None: the working directory."""
    text: bool = False
    """Values are text, as in the environment: `8080` may become a number, `a, b` a list."""

    def spelled(self, key: str) -> str:
        """Give `key` as the user wrote it."""
        if self.spelling.startswith("--"):
            key = key.replace("_", "-")
        elif self.text:
            key = key.upper()
        return self.spelling.format(key)


class Settled(NamedTuple, Generic[T]):
    """Settings and where each of them came from."""

    settings: T
    origins: Mapping[str, str]
    """By field; a field that is missing has its default."""


def file_layer(path: Path) -> Layer:
    """Read a TOML file.

    Raises:
        ConfigError: it cannot be read or is no TOML.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(str(path), "", "there is no such file", "check the path") from error
    except OSError as error:
        raise ConfigError(str(path), "", f"it cannot be read ({error.strerror})", "check its mode and owner") from error
    except UnicodeDecodeError as error:
        raise ConfigError(str(path), "", f"byte {error.start} is not UTF-8", "save the file as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(str(path), "", f"it is not TOML: {error}", 'a line is key = "text" or key = 1') from error
    return Layer(str(path), values, directory=path.parent)


def environment_layer(environ: Mapping[str, str], prefix: str, into: type[msgspec.Struct]) -> Layer:
    """Take the variables `PREFIX_FIELD` of the struct's fields; an empty one counts as not set.

    Other variables of the prefix are ignored: for a service of such a name Kubernetes makes `HOOKLINE_RELAY_PORT`
    and more.
    """
    found = {name: environ.get(f"{prefix}_{name.upper()}", "") for name in into.__struct_fields__}
    return Layer("environment", {name: text for name, text in found.items() if text}, f"{prefix}_{{}}", text=True)


def flags_layer(values: Mapping[str, object]) -> Layer:
    """Take what stood on the command line; None and an empty list count as not given."""
    given = {name: value for name, value in values.items() if value is not None and value not in ((), [])}
    return Layer("command line", given, "--{}", text=True)


def settle(into: type[T], layers: Sequence[Layer]) -> Settled[T]:
    """Fit the layers into one struct; for each field the first layer that has it decides.

    Args:
        into: a frozen struct; tables are nested structs or dictionaries of them. A type with a `parse(text)`
            class method is made by it, a `Path` has `~` expanded.
        layers: the strongest first.

    Raises:
        ConfigError: an unknown key, a value that does not fit, or a required one that is missing.
    """
    chosen: dict[str, object] = {}
    origins: dict[str, str] = {}
    for layer in layers:
        for name, value in _fitted(into, layer):
            if name not in chosen:
                chosen[name], origins[name] = value, layer.origin
    for field in msgspec.structs.fields(into):
        if field.required and field.name not in chosen:
            raise ConfigError(layers[-1].origin if layers else "", field.name, "this is needed", "add it")
    try:
        return Settled(into(**chosen), origins)
    except (ValueError, TunnelError) as error:
        raise ConfigError(next(iter(origins.values()), ""), "", str(error)) from error


def read(path: Path, into: type[T]) -> T:
    """Read one TOML file into a struct.

    Raises:
        ConfigError: the file cannot be read, or something in it does not fit.
    """
    return settle(into, [file_layer(path)]).settings


def _fitted(into: type[msgspec.Struct], layer: Layer) -> Iterator[tuple[str, object]]:
    reader = Reader(directory=layer.directory, text=layer.text)
    types = {field.name: field.type for field in msgspec.structs.fields(into)}
    for name, value in layer.values.items():
        if name not in types:
            raise ConfigError(layer.origin, layer.spelled(name), "there is no such key", nearest(name, types))
        try:
            yield name, reader.fit(value, types[name])
        except Misfit as misfit:
            key = layer.spelled(name) + ("" if layer.text else misfit.path)
            raise ConfigError(layer.origin, key, misfit.problem, misfit.hint) from misfit
