# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write and read what the nodes of a pair tell each other beside VRRP.

The content is JSON: ``node`` is about the whole node, ``instances`` about some or all of its instances. A node with
many instances sends several messages, each complete in itself. A reader passes over words that it does not know, so a
newer release may add some.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

VERSION = 1
CONTENT_MAX = 1328  # octets; with the frame of peer_session it is a datagram of less than 1400
TEXT_MAX = 100  # characters of a trouble; longer ones are cut
TROUBLES_MAX = 3  # of one instance
INSTANCES_MAX = 2048  # that are read of one message: what fits into a datagram is far less
STATES = frozenset(["INIT", "BACKUP", "MASTER", "FAULT", "STOP"])


class ReportError(ValueError):
    """It is a message that cannot be read; the text says why."""


@dataclass(frozen=True)
class NodeReport:
    """It is what a node tells about itself. ``wall`` is its clock, seconds since 1970."""

    name: str
    version: str
    release: str
    wall: float
    drained: bool = False
    stopping: bool = False


@dataclass(frozen=True)
class InstanceReport:
    """It is what a node tells about an instance.

    ``digest`` is of that part of the configuration that both nodes must have. ``troubles`` are its faults, and the
    checks that fail.
    """

    name: str
    state: str
    priority: int
    digest: str = ""
    troubles: tuple[str, ...] = ()


@dataclass(frozen=True)
class PeerReport:
    """It is the content of one message."""

    node: NodeReport
    instances: tuple[InstanceReport, ...] = ()


def encode(node: NodeReport, instances: Iterable[InstanceReport]) -> Iterator[bytes]:
    """Yield the contents of the messages, at least one."""
    head = f'{{"node":{_json(asdict(node))},"instances":['.encode()
    room, portion = CONTENT_MAX - len(head) - len(b"]}"), b""
    for instance in instances:
        entry = _json(_short(instance)).encode()
        if portion and len(portion) + 1 + len(entry) > room:
            yield head + portion + b"]}"
            portion = b""
        portion += (b"," if portion else b"") + entry
    yield head + portion + b"]}"


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _short(instance: InstanceReport) -> dict[str, Any]:
    """Return its values; what is usual is left out."""
    found = {"name": instance.name, "state": instance.state, "priority": instance.priority, "digest": instance.digest}
    troubles = [text[:TEXT_MAX] for text in instance.troubles[:TROUBLES_MAX]]
    return {**found, "troubles": troubles} if troubles else found


def decode(content: bytes) -> PeerReport:
    """Return what a message says. Raises ReportError."""
    try:
        said = json.loads(content)
        node, instances = said["node"], said["instances"]
        return PeerReport(
            NodeReport(
                _text(node["name"]),
                _text(node["version"]),
                _text(node["release"]),
                _seconds(node["wall"]),
                node.get("drained") is True,
                node.get("stopping") is True,
            ),
            tuple(map(_instance, instances[:INSTANCES_MAX])),
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError) as error:
        raise ReportError("its content cannot be read") from error


def _instance(said: dict[str, Any]) -> InstanceReport:
    state, priority = said["state"], said["priority"]
    if state not in STATES or not isinstance(priority, int) or isinstance(priority, bool) or not 0 <= priority <= 255:
        raise ReportError("a state or a priority is none")
    troubles = tuple(_text(text) for text in said.get("troubles", ())[:TROUBLES_MAX])
    return InstanceReport(_text(said["name"], CONTENT_MAX), state, priority, _text(said.get("digest", "")), troubles)


def _text(value: Any, most: int = TEXT_MAX) -> str:
    """Return a text for people: no control character reaches a terminal."""
    if not isinstance(value, str):
        raise TypeError
    return "".join(each if each.isprintable() else "?" for each in value[:most])


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise TypeError
    return float(value)
