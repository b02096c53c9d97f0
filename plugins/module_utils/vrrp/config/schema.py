# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which keywords there are, as a table: block -> keyword -> converter, place in the model, words for the manual.

``field`` names where a value goes: a field of the block's dataclass in :mod:`.model`, or with a dot a field of the
dataclass inside it ("garp.delay_s", "notify.master"). ``global_defs`` holds the defaults of the instances under the
same names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Optional, Union

from . import converters as to
from .gateways import SYNTAX as GATEWAY
from .gateways import tracked_gateway
from .unsupported import UNSUPPORTED


@dataclass(frozen=True)
class Keyword:
    """A keyword with values. ``values`` and ``help`` are for people."""

    name: str
    convert: to.Converter
    field: str
    values: str
    help: str
    once: bool = False  # keepalived keeps the first one and complains
    addition: bool = False  # ours: it stands on an @hotstandby line
    many: bool = False  # each line adds one


@dataclass(frozen=True)
class Block:
    """A keyword with a block: of keywords, or of ``item`` lines that are converted one by one."""

    name: str
    help: str
    keywords: dict[str, Union[Keyword, Block]] = field(default_factory=dict)
    item: Optional[to.Converter] = None
    items: str = ""  # how an item line is written
    named: bool = False
    secret: bool = False  # its words may be passwords: messages do not repeat them
    addition: bool = False

    @property
    def unsupported(self) -> frozenset[str]:
        return UNSUPPORTED.get(self.name, frozenset())


def _table(*entries: Union[Keyword, Block]) -> dict[str, Union[Keyword, Block]]:
    return {entry.name: entry for entry in entries}


_LARGEST = 2**31 - 1  # what keepalived's counters hold
_LONGEST_S = 4294  # keepalived: UINT_MAX microseconds

_PRIORITY = "RFC 9568 5.2.4: priority is 1 to 255"
_VRID = "RFC 9568 5.2.3: virtual_router_id is 1 to 255"
_VERSION = "version is 2 or 3"


def _garp(prefix: str, where: str) -> Iterator[Keyword]:
    """garp_* of an instance and vrrp_garp_* of global_defs are one list."""
    yield Keyword(
        f"{prefix}garp_master_delay",
        to.whole_seconds(0, _LONGEST_S),
        "garp.delay_s",
        "SECONDS",
        f"delay of the second burst of gratuitous ARP after becoming MASTER{where}",
    )
    yield Keyword(
        f"{prefix}garp_master_repeat",
        to.integer(1, _LARGEST),
        "garp.repeat",
        "COUNT",
        f"frames in each burst after becoming MASTER{where}",
    )
    yield Keyword(
        f"{prefix}garp_master_refresh",
        to.whole_seconds(0, _LARGEST),
        "garp.refresh_s",
        "SECONDS",
        f"interval of the refresh while MASTER, 0 is off{where}",
    )
    yield Keyword(
        f"{prefix}garp_master_refresh_repeat",
        to.integer(1, _LARGEST),
        "garp.refresh_repeat",
        "COUNT",
        f"frames in each refresh{where}",
    )
    yield Keyword(
        f"{prefix}garp_lower_prio_delay",
        to.whole_seconds(0, _LONGEST_S),
        "garp.lower_prio_delay_s",
        "SECONDS",
        f"delay of the second burst after an advertisement of lower priority{where}",
    )
    yield Keyword(
        f"{prefix}garp_lower_prio_repeat",
        to.integer(0, _LARGEST),
        "garp.lower_prio_repeat",
        "COUNT",
        f"frames in a burst after an advertisement of lower priority{where}",
    )


GLOBAL_DEFS = Block(
    "global_defs",
    "what holds for the whole node",
    _table(
        Keyword("router_id", to.text, "router_id", "NAME", "name of this node in messages"),
        Keyword(
            "vrrp_version", to.integer(2, 3, _VERSION), "vrrp_version", "2|3", "version of IPv4 instances that set none"
        ),
        Keyword("script_user", to.user_group, "script_user", "USER [GROUP]", "who runs scripts that name no user"),
        Keyword(
            "agent_script_user",
            to.user_group,
            "agent_script_user",
            "USER [GROUP]",
            "the same under hotstandby, where keepalived is to use another one",
            addition=True,
        ),
        Keyword(
            "enable_script_security",
            to.flag,
            "enable_script_security",
            "",
            "refuse scripts that run as root and that others can change",
        ),
        Keyword(
            "vip_lease",
            to.lease,
            "vip_lease_s",
            "SECONDS",
            "how long the kernel keeps a virtual address that no living agent renews: 0 (for ever), or 2 to 60",
            addition=True,
        ),
        *_garp("vrrp_", ", for instances that set none"),
        Keyword(
            "vrrp_garp_interval",
            to.seconds("0.000001", str(_LONGEST_S)),
            "garp.interval_s",
            "SECONDS",
            "pause between two gratuitous ARP frames",
        ),
    ),
)

VRRP_SCRIPT = Block(
    "vrrp_script",
    "a command whose exit status instances may track",
    _table(
        Keyword("script", to.command, "command", 'COMMAND | "COMMAND ARGUMENT ..."', "the command"),
        Keyword("interval", to.seconds("0.001", str(_LONGEST_S)), "interval_s", "SECONDS", "time between two starts"),
        Keyword(
            "timeout",
            to.seconds("0.001", str(_LONGEST_S)),
            "timeout_s",
            "SECONDS",
            "how long it may run before it has failed; the interval where none is set",
        ),
        Keyword("rise", to.integer(1, _LARGEST), "rise", "COUNT", "successes in a row that make it good"),
        Keyword("fall", to.integer(1, _LARGEST), "fall", "COUNT", "failures in a row that make it bad"),
        Keyword(
            "weight",
            to.weight,
            "weight",
            "-253-253",
            "added to the priority: above 0 while it is good, below 0 while it is bad; 0: FAULT while it is bad",
        ),
        Keyword("user", to.user_group, "user", "USER [GROUP]", "who runs it"),
        Keyword("init_fail", to.flag, "init_fail", "", "bad until it has first succeeded"),
    ),
    named=True,
)

AUTHENTICATION = Block(
    "authentication",
    "VRRPv2 only",
    _table(
        Keyword("auth_type", to.one_of("PASS", unsupported=("AH",)), "auth_type", "PASS", "simple password"),
        Keyword("auth_pass", to.auth_pass, "auth_pass", "PASSWORD", "1 to 8 octets, the same on every node"),
    ),
    secret=True,
)

VRRP_INSTANCE = Block(
    "vrrp_instance",
    "a virtual router on an interface",
    _table(
        Keyword(
            "state", to.one_of("MASTER", "BACKUP"), "initial_state", "MASTER|BACKUP", "state to start in", once=True
        ),
        Keyword("interface", to.interface, "interface", "NAME", "where it speaks VRRP and holds its addresses"),
        Keyword(
            "virtual_router_id",
            to.integer(1, 255, _VRID),
            "virtual_router_id",
            "1-255",
            "the same on every node, unique on its interface",
        ),
        Keyword(
            "priority",
            to.integer(1, 255, _PRIORITY),
            "priority",
            "1-255",
            "the highest becomes MASTER; 255 owns the addresses",
        ),
        Keyword(
            "advert_int",
            to.seconds("0.01", "255"),
            "advert_int",
            "SECONDS",
            "time between two advertisements: whole seconds in version 2, 0.01 to 40.95 in version 3",
        ),
        Keyword("version", to.integer(2, 3, _VERSION), "version", "2|3", "VRRP version; IPv6 needs 3"),
        AUTHENTICATION,
        Block(
            "virtual_ipaddress",
            "the addresses that the MASTER holds",
            item=to.virtual_address,
            items="ADDRESS[/PREFIX] [brd ADDRESS] [dev NAME] [label NAME] [scope SCOPE]",
        ),
        Keyword("unicast_src_ip", to.address, "unicast_src_ip", "ADDRESS", "source of unicast advertisements"),
        Block("unicast_peer", "the other nodes; no multicast then", item=to.peer, items="ADDRESS"),
        Keyword("nopreempt", to.flag, "nopreempt", "", "leave a MASTER of lower priority alone"),
        Keyword("preempt", to.flag, "preempt", "", "the opposite of nopreempt, and the default"),
        Keyword(
            "preempt_delay",
            to.seconds("0", "1000"),
            "preempt_delay_s",
            "SECONDS",
            "wait before taking over from a lower priority",
        ),
        Block("track_script", "which vrrp_script counts", item=to.tracked_script, items="NAME [weight -253-253]"),
        Keyword(
            "notify",
            to.notify,
            "notify.any",
            "COMMAND [USER [GROUP]]",
            "run at each change, with INSTANCE NAME STATE PRIORITY",
            once=True,
        ),
        Keyword(
            "notify_master", to.notify, "notify.master", "COMMAND [USER [GROUP]]", "run on becoming MASTER", once=True
        ),
        Keyword(
            "notify_backup", to.notify, "notify.backup", "COMMAND [USER [GROUP]]", "run on becoming BACKUP", once=True
        ),
        Keyword(
            "notify_fault", to.notify, "notify.fault", "COMMAND [USER [GROUP]]", "run on entering FAULT", once=True
        ),
        Keyword(
            "notify_stop", to.notify, "notify.stop", "COMMAND [USER [GROUP]]", "run when the agent stops", once=True
        ),
        Keyword(
            "notify_master_rx_lower_pri",
            to.notify,
            "notify.master_rx_lower_pri",
            "COMMAND [USER [GROUP]]",
            "run when a MASTER hears another one of lower priority",
            once=True,
        ),
        Keyword(
            "track_gateway",
            tracked_gateway,
            "track.gateways",
            GATEWAY,
            "a neighbour that must answer: without weight FAULT while it does not, else as with a script",
            addition=True,
            many=True,
        ),
        *_garp("", ""),
    ),
    named=True,
)

ROOT = Block("", "the top of a file", _table(GLOBAL_DEFS, VRRP_SCRIPT, VRRP_INSTANCE))


def blocks(block: Block = ROOT) -> Iterator[Block]:
    """``block`` and every block inside it, outside first."""
    yield block
    for entry in block.keywords.values():
        if isinstance(entry, Block):
            yield from blocks(entry)


def homes(keyword: str) -> list[str]:
    """The names of the blocks in which keepalived knows ``keyword``; "" is the top of the file."""
    known = [block.name for block in blocks() if keyword in block.keywords]
    return known + [name for name, keywords in UNSUPPORTED.items() if keyword in keywords and name not in known]
