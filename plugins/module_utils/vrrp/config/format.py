# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write values of the model in the words of the file, for people. A password or a key is ``********``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from .keywords.address_values import FOREVER_S
from .keywords.check_values import CHECKS, as_status, status
from .keywords.ip_values import PROTOCOLS, TABLES
from .keywords.keyword import Keyword
from .keywords.track_options import BuiltInCheck
from .model.configuration import (
    Authentication,
    AuthHmac,
    Fifo,
    NotifyCommand,
    PeerStatus,
    TtlLimit,
    VirtualAddress,
    Vmac,
)
from .model.routes import NextHop, Route, Rule
from .model.trackers import Tracked
from .syntax.redact import MASK

_TABLES = {number: name for name, number in TABLES.items()}
_PROTOCOLS = {number: name for name, number in PROTOCOLS.items()}


def format_value(value: Any) -> str:
    """Return ``value`` in the words of the file: a tuple is joined with commas, None is an empty text."""
    for kind, words in _KINDS:
        if isinstance(value, kind):
            return " ".join(str(word) for word in words(value) if word not in (None, ""))
    if isinstance(value, tuple):
        return ", ".join(format_value(item) for item in value)
    return "" if value is None else str(value)


def _authentication(value: Authentication) -> Iterator[Any]:
    yield from (value.auth_type, MASK)


def _hmac(value: AuthHmac) -> Iterator[Any]:
    for key in value.keys:
        yield f"key {key.key_id} {f'file:{key.file}' if key.file else MASK}"
    yield f"active_key {value.active_key} anti_replay {value.anti_replay} time_window {value.time_window_s}"
    yield f"mode {value.mode}"


def _address(value: VirtualAddress) -> Iterator[Any]:
    yield value.address
    options = (
        ("brd", value.broadcast),
        ("dev", value.device),
        ("label", value.label),
        ("scope", value.scope),
        ("peer", value.peer),
        ("preferred_lft", "forever" if value.preferred_lft_s == FOREVER_S else value.preferred_lft_s),
        ("track_group", value.track_group),
    )
    yield from (f"{name} {option}" for name, option in options if option is not None)
    flags = ("home", "mngtmpaddr", "noprefixroute", "autojoin", "no_track", "use_vmac")
    yield from (name for name in flags if getattr(value, name))
    yield "" if value.nodad else "-nodad"


def _hop(value: NextHop) -> Iterator[Any]:
    yield f"via {value.via}" if value.via else ""
    yield f"dev {value.device}" if value.device else ""
    yield f"weight {value.weight}" if value.weight != 1 else ""
    yield "onlink" if value.onlink else ""


def _route(value: Route) -> Iterator[Any]:
    yield "" if value.kind == "unicast" else value.kind
    yield value.destination
    one = len(value.hops) == 1
    yield from (format_value(hop) if one else f"nexthop {format_value(hop)}" for hop in value.hops)
    yield f"src {value.source}" if value.source else ""
    yield _named("table", value.table, _TABLES)
    yield _named("metric", value.metric)
    yield _named("scope", value.scope)
    yield _named("protocol", value.protocol, _PROTOCOLS)
    yield _named("tos", value.tos)
    yield _named("mtu lock" if value.mtu_lock else "mtu", value.mtu)
    yield _named("advmss", value.advmss)
    yield "no_track" if value.no_track else ""
    yield _named("track_group", value.track_group)


def _rule(value: Rule) -> Iterator[Any]:
    yield "inet6" if value.version == 6 else ""
    yield "not" if value.inverted else ""
    yield _named("from", value.source)
    yield _named("to", value.destination)
    yield _named("iif", value.iif)
    yield _named("oif", value.oif)
    yield _named("tos", value.tos)
    mask = "" if value.fwmask is None else f"/{value.fwmask}"
    yield "" if value.fwmark is None else f"fwmark {value.fwmark}{mask}"
    yield _named("preference", value.priority)
    yield _named("protocol", value.protocol, _PROTOCOLS)
    if value.action == "table":
        yield _named("table", value.table, _TABLES)
    else:
        yield f"goto {value.goto}" if value.action == "goto" else value.action
    yield _named("suppress_prefixlength", value.suppress_prefixlength)
    yield _named("suppress_ifgroup", value.suppress_ifgroup)
    yield "no_track" if value.no_track else ""
    yield _named("track_group", value.track_group)


def _named(name: str, value: Any, names: Any = None) -> str:
    return "" if value is None else f"{name} {(names or {}).get(value, value)}"


def _tracked(value: Tracked) -> Iterator[Any]:
    yield from (value.name, f"weight {value.weight}", "reverse" if value.reverse else "")


def _check(check: BuiltInCheck) -> Callable[[Any], Iterator[Any]]:
    def words(value: Any) -> Iterator[Any]:
        yield from (getattr(value, each.field) for each in check.first.values())
        yield from (_option(each, getattr(value, each.field)) for each in check.options.values())

    return words


def _option(option: Keyword, value: Any) -> str:
    if value is None or value is False:
        return ""
    if not option.values:
        return option.name
    text = f"{value:g}" if isinstance(value, float) else as_status(value) if option.convert is status else str(value)
    return f'{option.name} "{text}"' if option.quoted else f"{option.name} {text}"


def _command(value: NotifyCommand) -> Iterator[Any]:
    yield from (*value.command, value.user, value.group)


def _fifo(value: Fifo) -> Iterator[Any]:
    yield from (value.path, value.user, value.group)
    yield f"script {format_value(value.script)}" if value.script else ""


def _ttl(value: TtlLimit) -> Iterator[Any]:
    yield from (value.peer, f"min_ttl {value.min_ttl} max_ttl {value.max_ttl}")


def _vmac(value: Vmac) -> Iterator[Any]:
    yield from ("use_vmac", value.name, value.mac, "vmac_xmit_base" if value.xmit_base else "")


def _peer_status(value: PeerStatus) -> Iterator[Any]:
    yield value.address
    yield f"from {value.source}" if value.source else ""
    yield f"port {value.port} key {value.key_file}"


_KINDS: tuple[tuple[type, Callable[[Any], Iterator[Any]]], ...] = (
    (Authentication, _authentication),
    (AuthHmac, _hmac),
    (VirtualAddress, _address),
    (NextHop, _hop),
    (Route, _route),
    (Rule, _rule),
    (Tracked, _tracked),
    *((check.model, _check(check)) for check in CHECKS),
    (NotifyCommand, _command),
    (Fifo, _fifo),
    (TtlLimit, _ttl),
    (Vmac, _vmac),
    (PeerStatus, _peer_status),
)
