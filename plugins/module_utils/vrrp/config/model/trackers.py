# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It defines what can be tracked, and how instances and sync groups track it. Times are in seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

from ...ip_types import Address


@dataclass(frozen=True)
class Script:
    """It is one ``vrrp_script``. ``command`` is the argument vector."""

    name: str
    command: tuple[str, ...]
    interval_s: float = 1.0
    timeout_s: float = 1.0  # defaults to interval_s
    rise: int = 1
    fall: int = 1
    weight: int = 0
    user: Optional[str] = None
    group: Optional[str] = None
    init_fail: bool = False
    reverse: bool = False


@dataclass(frozen=True)
class Process:
    """It is one ``vrrp_track_process``: good while ``quorum`` to ``quorum_max`` processes match."""

    name: str
    process: str  # the name in /proc/PID/comm, or the first argument where the command line is compared
    parameters: Optional[tuple[str, ...]] = None  # None: the name alone is compared
    param_match: Optional[str] = None  # "initial" or "partial"; None: exactly these
    full_command: bool = False
    weight: int = 0
    reverse: bool = False
    quorum: int = 1
    quorum_max: Optional[int] = None  # None: unlimited
    fork_delay_s: float = 0.0
    terminate_delay_s: float = 0.0


@dataclass(frozen=True)
class File:
    """It is one ``track_file`` block (``vrrp_track_file`` formerly): the number in the file times the weight counts."""

    name: str
    path: str
    weight: int = 1
    reverse: bool = False
    init: Optional[int] = None  # init_file: the number to write at the start, None to write nothing
    init_overwrite: bool = False  # init_file ... overwrite: also when the file is there


@dataclass(frozen=True)
class Tracked:
    """It is a line of ``track_script``, ``track_interface``, ``track_process`` or ``track_file`` with its defaults.

    ``weight`` 0: FAULT while it is bad (with ``reverse``: while it is good). Else the weight is added while it is good
    (above 0) or bad (below 0); with ``reverse`` it is subtracted.
    """

    name: str
    weight: int = 0
    reverse: bool = False


@dataclass(frozen=True)
class TrackedGateway:
    """It is one ``@hotstandby track_gateway``: a neighbour that must answer. Without ``device``: on our interface."""

    address: Address
    interval_s: float = 1.0
    timeout_s: float = 1.0  # never longer than interval_s
    rise: int = 1
    fall: int = 3
    weight: int = 0  # 0: FAULT while it does not answer
    device: Optional[str] = None


@dataclass(frozen=True)
class TrackedTcp:
    """It is one ``@hotstandby track_tcp``: a TCP connection that must be accepted."""

    host: Address
    port: int
    interval_s: float = 1.0
    timeout_s: float = 1.0  # never longer than interval_s
    rise: int = 1
    fall: int = 3
    weight: int = 0


@dataclass(frozen=True)
class TrackedHttp:
    """It is one ``@hotstandby track_http``: a GET that must be answered. Only ``verify`` checks certificates."""

    url: str  # http://HOST[:PORT]/PATH or https://..., HOST an address or localhost
    status: tuple[tuple[int, int], ...] = ((200, 399),)  # ranges of good answers, both ends included
    body: Optional[str] = None  # a text that must be found in the first 64 KiB
    host: Optional[str] = None  # what the Host header says, and the TLS server name
    verify: bool = False
    interval_s: float = 2.0
    timeout_s: float = 2.0  # never longer than interval_s
    rise: int = 1
    fall: int = 3
    weight: int = 0


@dataclass(frozen=True)
class TrackedUnit:
    """It is one ``@hotstandby track_unit``: a systemd unit that must be active."""

    unit: str
    interval_s: float = 1.0
    timeout_s: float = 1.0
    rise: int = 1
    fall: int = 1
    weight: int = 0


@dataclass(frozen=True)
class Tracking:
    """It holds everything that one instance or one sync group tracks."""

    scripts: tuple[Tracked, ...] = ()
    interfaces: tuple[Tracked, ...] = ()
    processes: tuple[Tracked, ...] = ()
    files: tuple[Tracked, ...] = ()
    gateways: tuple[TrackedGateway, ...] = ()
    tcp: tuple[TrackedTcp, ...] = ()
    http: tuple[TrackedHttp, ...] = ()
    units: tuple[TrackedUnit, ...] = ()
