# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It converts the lines ``@hotstandby track_gateway``, ``track_tcp``, ``track_http`` and ``track_unit``."""

from __future__ import annotations

import re
from decimal import Decimal
from ipaddress import ip_address

from ..model.trackers import TrackedGateway, TrackedHttp, TrackedTcp, TrackedUnit
from ..syntax.diagnostics import Invalid, show
from ..syntax.parser import Statement, Word
from . import values as to
from .address_values import host, unicast
from .track_options import TIMES, TIMES_SYNTAX, options
from .values import interface

TCP = f"ADDRESS PORT {TIMES_SYNTAX}"
HTTP = f'URL [status 200-399,401] [body "TEXT"] [host NAME] [verify] {TIMES_SYNTAX}'
UNIT = f"NAME {TIMES_SYNTAX}"

_HTTP_INTERVAL_S = Decimal(2)
_UNIT = re.compile(r"[A-Za-z0-9:_.\\@-]{1,255}")
_SUFFIX = re.compile(r"\.(service|socket|target|timer|mount|path|slice|scope|device|swap|automount)$")
_HOST = re.compile(r"[A-Za-z0-9._:\[\]-]{1,255}")


def tracked_tcp(statement: Statement) -> TrackedTcp:
    """Return a TCP check, written as ADDRESS PORT with its options in any order."""
    if len(statement.values) < 2:
        raise Invalid("track_tcp takes an address and a port", hint="track_tcp 127.0.0.1 8080")
    host, port, *rest = statement.values
    found = options("track_tcp", rest, TIMES, TCP)
    return TrackedTcp(unicast(host), to.whole(port, "the port", 1, 65535), **found)


def tracked_http(statement: Statement) -> TrackedHttp:
    """Return an HTTP check, written as URL with its options in any order."""
    if not statement.values:
        raise Invalid("track_http names no URL", hint="track_http http://127.0.0.1:8080/health")
    url, *rest = statement.values
    known = {
        **TIMES,
        "status": ("status", _status),
        "body": ("body", _body),
        "host": ("host", _host),
    }
    found = options("track_http", rest, known, HTTP, _HTTP_INTERVAL_S, frozenset(["verify"]))
    return TrackedHttp(_url(url), **found)


def tracked_unit(statement: Statement) -> TrackedUnit:
    """Return a unit to track, written as NAME with its options in any order; without a suffix it is a service."""
    if not statement.values:
        raise Invalid("track_unit names no unit", hint="track_unit nginx.service")
    name, *rest = statement.values
    if not _UNIT.fullmatch(name.text) or name.text.startswith("-"):
        raise Invalid(f"{show(name.text)} is not the name of a systemd unit", hint="nginx.service", place=name.place)
    unit = name.text if _SUFFIX.search(name.text) else f"{name.text}.service"
    return TrackedUnit(unit, **options("track_unit", rest, TIMES, UNIT))


def _url(word: Word) -> str:
    from urllib.parse import urlsplit  # only loaded for such a line: it keeps the agent small

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


def _status(statement: Statement) -> tuple[tuple[int, int], ...]:
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


def _body(statement: Statement) -> str:
    return to.only(statement).text


def _host(statement: Statement) -> str:
    word = to.only(statement)
    if not _HOST.fullmatch(word.text):
        raise Invalid(f"{show(word.text)} is not the name of a host", place=word.place)
    return word.text


SYNTAX = f"ADDRESS {TIMES_SYNTAX} [interface NAME]"
_OPTIONS = {**TIMES, "interface": ("device", interface)}


def tracked_gateway(statement: Statement) -> TrackedGateway:
    """Return a gateway to track, written as ADDRESS with its options in any order."""
    if not statement.values:
        raise Invalid("track_gateway names no address", hint="track_gateway 192.0.2.1")
    address = host(statement.values[0])
    return TrackedGateway(address, **options("track_gateway", statement.values[1:], _OPTIONS, SYNTAX))
