"""What is to be served, settled from the settings: every default that depends on another value is decided here."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from relay_server.addresses import DEFAULT_PORTS, Domain, ListenAddress, PublicUrl
from relay_server.config import Settings
from relay_server.descriptors import connections_within
from relay_server.gateway.settings import GatewaySettings
from shared.config import ConfigError


@dataclass(frozen=True, slots=True)
class Plan:
    """A relay that can be started."""

    domain: Domain
    tls: Literal["files", "local-ca", "off"]
    certificate: tuple[Path, Path] | None
    """Chain and key; None unless `tls` is `files`."""
    listen: tuple[ListenAddress, ...]
    """TLS listeners, or plain ones where `tls` is `off`."""
    listen_http: ListenAddress | None
    public_url: PublicUrl | None
    """None: as the relay listens."""


def door_settings(settings: Settings) -> GatewaySettings:
    """Give what the public door allows its senders: no more connections than there are descriptors for."""
    return GatewaySettings(
        connections=connections_within(settings.connections),
        connections_per_address=settings.connections_per_address,
        trusted_proxies=tuple(one.network for one in settings.trusted_proxy),
    )


def make_plan(settings: Settings) -> Plan:
    """Decide what is to be served.

    Raises:
        ConfigError: something needed is missing, or two settings contradict each other.
    """
    domain = _domain(settings)
    tls = _tls(settings, domain)
    return Plan(
        domain=domain,
        tls=tls,
        certificate=_certificate(settings, tls),
        listen=settings.listen or (_default_listen(domain, tls),),
        listen_http=_listen_http(settings, tls),
        public_url=_public_url(settings, domain, tls),
    )


def _domain(settings: Settings) -> Domain:
    if settings.domain is None:
        raise ConfigError(
            "",
            "--domain",
            "the relay needs to know its own host name",
            "add --domain relay.example.com; to try it out on this machine: --domain demo.localhost",
        )
    return settings.domain


def _tls(settings: Settings, domain: Domain) -> Literal["files", "local-ca", "off"]:
    if settings.tls is not None:
        return settings.tls
    if settings.cert is not None or settings.key is not None:
        return "files"
    if domain.local:
        return "local-ca"
    raise ConfigError(
        "",
        "--tls",
        "senders need HTTPS, and there is no certificate",
        "add --cert FILE --key FILE; or --tls off behind a proxy that has one; or --tls local-ca for trials",
    )


def _certificate(settings: Settings, tls: str) -> tuple[Path, Path] | None:
    cert, key = settings.cert, settings.key
    if tls != "files":
        if cert is not None or key is not None:
            raise ConfigError("", "--cert", f"--tls {tls} takes no certificate", "leave out --cert and --key, or --tls")
        return None
    if cert is None or key is None:
        missing = "--cert" if cert is None else "--key"
        raise ConfigError("", missing, "--tls files needs a certificate and its key", f"add {missing} FILE")
    return cert, key


def _default_listen(domain: Domain, tls: str) -> ListenAddress:
    if tls == "off":
        return ListenAddress("127.0.0.1", 8080)
    return ListenAddress("127.0.0.1", 8443) if domain.local else ListenAddress("", DEFAULT_PORTS["https"])


def _listen_http(settings: Settings, tls: str) -> ListenAddress | None:
    if tls == "off" and settings.listen_http is not None:
        raise ConfigError("", "--listen-http", "with --tls off every listener is plain HTTP", "use --listen for it")
    return settings.listen_http


def _public_url(settings: Settings, domain: Domain, tls: str) -> PublicUrl | None:
    public = settings.public_url
    if public is not None and public.host != domain:
        raise ConfigError(
            "", "--public-url", f"its host is {public.host}, the relay's domain is {domain}", "make them the same"
        )
    if public is None and tls == "off" and settings.trusted_proxy:
        return PublicUrl("https", domain, DEFAULT_PORTS["https"])
    return public
