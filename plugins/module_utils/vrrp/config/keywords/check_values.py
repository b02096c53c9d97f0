# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It is part 7 of the table: the words of ``track_gateway``, ``track_tcp``, ``track_http`` and ``track_unit``."""

from __future__ import annotations

import re
from ipaddress import ip_address

from ..model.trackers import TrackedGateway, TrackedHttp, TrackedTcp, TrackedUnit
from ..syntax.diagnostics import Invalid, show
from ..syntax.parser import Statement
from . import values as to
from .address_values import host, unicast
from .keyword import Keyword, table, variable
from .track_options import TIMES, BuiltInCheck

Ranges = tuple[tuple[int, int], ...]

_UNIT = re.compile(r"[A-Za-z0-9:_.\\@-]{1,255}")
_SUFFIX = re.compile(r"\.(service|socket|target|timer|mount|path|slice|scope|device|swap|automount)$")
_HOST = re.compile(r"[A-Za-z0-9._:\[\]-]{1,255}")


def unit(statement: Statement) -> str:
    """Return the name of a systemd unit; without a suffix it is a service."""
    name = to.only(statement)
    if not _UNIT.fullmatch(name.text) or name.text.startswith("-"):
        raise Invalid(f"{show(name.text)} is not the name of a systemd unit", hint="nginx.service", place=name.place)
    return name.text if _SUFFIX.search(name.text) else f"{name.text}.service"


def url(statement: Statement) -> str:
    """Return a URL whose host is an address or localhost."""
    from urllib.parse import urlsplit  # only loaded for such a line: it keeps the agent small

    word = to.only(statement)
    rule = "http://HOST[:PORT]/PATH or https://..., HOST is an address or localhost"
    try:
        parts = urlsplit(word.text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Invalid(f"{show(word.text)} is not a URL", rule, place=word.place) from None
    if parts.scheme not in ("http", "https") or not host or port == 0:
        raise Invalid(f"{show(word.text)} is not a URL for a check", rule, place=word.place)
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise Invalid("the URL holds a user, a password or a fragment", rule, place=word.place)
    if re.search(r"[\s\x00-\x1f\x7f]", word.text) or not word.text.isascii():
        raise Invalid(f"{show(word.text)} holds a character that a URL cannot hold", rule, place=word.place)
    if host != "localhost":
        try:
            ip_address(host)
        except ValueError:
            raise Invalid(
                f"the host {show(host)} of a URL is not an address",
                "a check does not depend on name servers",
                f"put the address into the URL, and add: host {host}",
                word.place,
            ) from None
    return word.text


def status(statement: Statement) -> Ranges:
    """Return the ranges of good answers, written as 200-399,401."""
    word = to.only(statement)
    ranges = []
    for part in word.text.split(","):
        match = re.fullmatch(r"([1-5][0-9]{2})(?:-([1-5][0-9]{2}))?", part)
        low, high = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if low > high:
            raise Invalid(
                f"status {show(part)} is no range of HTTP", "status 200, 200-399 or 200-299,401", place=word.place
            )
        ranges.append((low, high))
    return tuple(ranges)


def as_status(ranges: Ranges) -> str:
    """Return the ranges as they are written."""
    return ",".join(f"{low}-{high}" if low != high else str(low) for low, high in ranges)


def body(statement: Statement) -> str:
    """Return the text that an answer must hold."""
    return to.only(statement).text


def host_name(statement: Statement) -> str:
    """Return the name of a host, as a request has it."""
    word = to.only(statement)
    if not _HOST.fullmatch(word.text):
        raise Invalid(f"{show(word.text)} is not the name of a host", place=word.place)
    return word.text


TRACK_GATEWAY = BuiltInCheck(
    "a gateway",
    TrackedGateway,
    table(
        variable("address", lambda said: host(to.only(said)), "address", "ADDRESS", "the neighbour", reader="address")
    ),
    table(*TIMES, Keyword("interface", to.interface, "device", "NAME", "the interface that it is asked on")),
    "names no address",
    "192.0.2.1",
)
TRACK_TCP = BuiltInCheck(
    "a TCP check",
    TrackedTcp,
    table(
        variable("address", lambda said: unicast(to.only(said)), "host", "ADDRESS", "the server", reader="address"),
        Keyword("port", to.integer(1, 65535), "port", "PORT", "a port"),
    ),
    table(*TIMES),
    "takes an address and a port",
    "127.0.0.1 8080",
)
TRACK_HTTP = BuiltInCheck(
    "an HTTP check",
    TrackedHttp,
    table(Keyword("url", url, "url", "URL", "what is asked for")),
    table(
        Keyword("status", status, "status", "200-399,401", "the good answers"),
        Keyword("body", body, "body", '"TEXT"', "a text in the answer"),
        Keyword("host", host_name, "host", "NAME", "the host of the request"),
        Keyword("verify", to.flag, "verify", "", "check the certificate"),
        *TIMES,
    ),
    "names no URL",
    "http://127.0.0.1:8080/health",
)
TRACK_UNIT = BuiltInCheck(
    "a unit",
    TrackedUnit,
    table(Keyword("unit", unit, "unit", "NAME", "the unit")),
    table(*TIMES),
    "names no unit",
    "nginx.service",
)
#: All built-in checks.
CHECKS = (TRACK_GATEWAY, TRACK_TCP, TRACK_HTTP, TRACK_UNIT)
