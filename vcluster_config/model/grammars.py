"""Checks that a pattern cannot express: addresses, time zones, cron fields, image references, connection strings."""

import re
from typing import Final

_CRON: Final = (
    ("minute", 0, 59, ()),
    ("hour", 0, 23, ()),
    ("day of month", 1, 31, ()),
    ("month", 1, 12, ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")),
    ("day of week", 0, 7, ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")),
)
DNS_LABEL: Final = r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
QUALIFIED: Final = r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"
"""A qualified name behind its prefix (Kubernetes, "Labels and Selectors")."""
LABEL_VALUE: Final = rf"({QUALIFIED})?"
PREFIX: Final = r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/"
_LABEL_VALUE: Final = re.compile(LABEL_VALUE)
_LABEL_KEY: Final = re.compile(rf"({PREFIX})?{QUALIFIED}")
_EFFECTS: Final = ("NoSchedule", "PreferNoSchedule", "NoExecute")


def cidr(text: str) -> str | None:
    """Refuse what is no network, and a network with host bits, as Kubernetes does."""
    from ipaddress import ip_network

    try:
        ip_network(text)
    except ValueError as error:
        if "host bits" in str(error):
            return f"it has host bits set; the network is {ip_network(text, strict=False)}"
        return "it is no network"
    return None


def address(text: str) -> str | None:
    """Refuse what is no IP address."""
    from ipaddress import ip_address

    try:
        ip_address(text)
    except ValueError:
        return "it is no IP address"
    return None


def port(text: str) -> str | None:
    """Refuse numbers that no port has."""
    return "ports end at 65535" if text.isdigit() and not 0 < int(text) <= 65535 else None


def endpoints(text: str) -> str | None:
    """Refuse a list of addresses in which a number is no port."""
    return next(filter(None, (port(address.rpartition(":")[2]) for address in text.split(","))), None)


def time_zone(text: str) -> str | None:
    """Refuse a zone that the IANA data base does not have; without a data base, nothing is refused."""
    from zoneinfo import available_timezones

    known = available_timezones()
    return "no such time zone exists" if known and text not in known else None


def cron(text: str) -> str | None:
    """Refuse fields out of range (crontab(5): five fields, names of months and days allowed)."""
    if text.startswith("@"):
        macros = ("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly")
        return None if text in macros else f"known macros are {', '.join(macros)}"
    parts = text.split()
    if len(parts) != len(_CRON):
        return f"it has {len(parts)} fields instead of minute, hour, day of month, month, day of week"
    for part, (name, low, high, words) in zip(parts, _CRON, strict=True):
        if not all(_cron_item(item, low, high, words) for item in part.split(",")):
            return f"the {name} {part} is not within {low}-{high}"
    return None


def _cron_item(item: str, low: int, high: int, words: tuple[str, ...]) -> bool:
    span, _, step = item.partition("/")
    if step and not (step.isascii() and step.isdigit() and 0 < int(step) <= high):
        return False
    if span in ("*", "?"):
        return True
    ends = [_cron_number(end, low, words) for end in span.split("-")]
    numbers = [end for end in ends if end is not None]
    return len(ends) <= 2 and len(numbers) == len(ends) and low <= numbers[0] <= numbers[-1] <= high


def _cron_number(text: str, low: int, words: tuple[str, ...]) -> int | None:
    if text.upper() in words:
        return words.index(text.upper()) + low
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 2 else None


def toleration(text: str) -> str | None:
    """Refuse what upstream's text form of a toleration does not allow: ``key=value:Effect`` and its parts."""
    if text == "*":
        return None
    rest, _, effect = text.partition(":")
    key, _, value = rest.partition("=")
    if effect and effect not in _EFFECTS:
        return f"the effect {effect} is none of {', '.join(_EFFECTS)}"
    if rest and not _LABEL_KEY.fullmatch(key):
        return f"{key} is no label key"
    return None if _LABEL_VALUE.fullmatch(value) else f"{value} is no label value"


def data_source(text: str) -> str | None:
    """Refuse connection strings kine cannot read (kine docs: mysql://user:password@tcp(host:port)/name)."""
    scheme, separator, rest = text.partition("://")
    if not separator:
        return "it has no scheme"
    if scheme not in ("mysql", "postgres", "postgresql", "http", "https", "nats", "sqlite"):
        return f"the scheme {scheme} is not supported"
    if scheme == "mysql" and "tcp(" not in rest and "unix(" not in rest:
        return "MySQL's address is written in parentheses, as in tcp(host:3306)"
    return None


def image(text: str) -> str | None:
    """Refuse references with a scheme, which no container runtime reads."""
    if "://" in text:
        return "an image reference has no scheme"
    return "a repository is written in lower case" if re.search(r"/[^:@]*[A-Z]", text) else None
