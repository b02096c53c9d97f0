# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It is part 5 of the table: groups, and static addresses, routes and rules."""

from __future__ import annotations

from collections.abc import Iterator

from . import values as to
from .address_values import static_address
from .command_values import notify, notify_or_nothing
from .global_defs import LONGEST_S
from .keyword import SAID, Block, Entry, Keyword, Variable, ignored, table, variable
from .route_values import UNSUPPORTED as NOT_IN_ROUTES
from .route_values import static_route
from .rule_values import UNSUPPORTED as NOT_IN_RULES
from .rule_values import static_rule
from .track_blocks import TRACKING

_COMMAND = "COMMAND [USER [GROUP]]"
ADDRESS_ITEMS = (
    "ADDRESS[/PREFIX] [brd ADDRESS] [dev NAME] [label NAME] [scope SCOPE] [peer ADDRESS[/PREFIX]] [home] [-nodad]"
    " [mngtmpaddr] [noprefixroute] [autojoin] [no_track] [preferred_lft SECONDS|forever]"
)
ROUTE_ITEMS = (
    "[KIND] NETWORK [via ADDRESS [or ADDRESS]] [dev NAME] [src ADDRESS] [table NUMBER] [metric NUMBER] [scope SCOPE]"
    " [protocol NAME] [tos NUMBER] [mtu [lock] NUMBER] [advmss NUMBER] [onlink] [no_track]"
    " [nexthop via ADDRESS [dev NAME] [weight NUMBER] [onlink] ...]"
)
RULE_ITEMS = (
    "[inet|inet6] [not] [from NETWORK] [to NETWORK] [iif NAME] [oif NAME] [tos NUMBER] [fwmark NUMBER[/MASK]]"
    " [preference NUMBER] [protocol NAME] [no_track] table NUMBER [suppress_prefixlength NUMBER]"
    " [suppress_ifgroup NUMBER] | goto NUMBER | blackhole | unreachable | prohibit | nop"
)
_GROUP = " [track_group NAME]"


def notifications(master_rx: bool) -> Iterator[Entry]:
    """Yield notify_* of an instance (``master_rx``) or of a group: only an instance can hear another MASTER."""
    kind = "INSTANCE" if master_rx else "GROUP"
    for name, when in (
        ("master", "on becoming MASTER"),
        ("backup", "on becoming BACKUP"),
        ("fault", "on entering FAULT"),
        ("stop", "when the agent stops"),
    ):
        yield variable(f"notify_{name}", notify, f"notify.{name}", _COMMAND, f"run {when}", once=True)
    words = f"run at each change, with {kind} NAME STATE PRIORITY"
    yield variable("notify", notify, "notify.any", _COMMAND, words, once=True)
    if master_rx:
        words = "told by a reload that removes it: DELETED instead of FAULT, and this command"
        yield variable("notify_deleted", notify_or_nothing, "deleted", f"[{_COMMAND}]", words, once=True)
        yield variable(
            "notify_master_rx_lower_pri",
            notify,
            "notify.master_rx_lower_pri",
            _COMMAND,
            "run when a MASTER hears another one of lower priority",
            once=True,
        )
    yield variable(
        "notify_priority_changes",
        to.boolean,
        "notify.priority_changes",
        "[BOOL]",
        "tell the FIFOs of changed priorities",
        off="notify_priority_changes false",  # a group may say the opposite
    )
    if not master_rx:
        why = "keepalived's parser does not know it here: a group that is removed says nothing"
        yield ignored("notify_deleted", f"[{_COMMAND}]", why, "notify_deleted in its instances")
    yield ignored("smtp_alert", "[BOOL]", "the agent sends no e-mail", "send it from a notify script")


def _members(what: str) -> Block:
    return Block("group", what, item=to.names, items="NAME ...", variable=SAID)


VRRP_SYNC_GROUP = Block(
    "vrrp_sync_group",
    "instances that are MASTER together or not at all",
    table(
        _members("its instances"),
        *TRACKING,
        *notifications(False),
        variable("sync_group_tracking_weight", to.flag, "tracking_weight", "", "weights of the members count"),
        Keyword("global_tracking", to.flag, "global_tracking", "", "the old name of sync_group_tracking_weight"),
    ),
    named=True,
    variable=Variable(name="sync_groups", reader="entries"),
)

PAUSE = to.seconds("0", str(LONGEST_S))

GARP_GROUP = Block(
    "garp_group",
    "pauses between announcements on interfaces taken together",
    table(
        variable("garp_interval", PAUSE, "garp_interval_s", "SECONDS", "pause between two gratuitous ARP frames"),
        variable(
            "gna_interval", PAUSE, "gna_interval_s", "SECONDS", "the same of unsolicited neighbour advertisements"
        ),
        Keyword("interface", to.interface, "interface", "NAME", "the interface"),
        Block("interfaces", "the interfaces that share a switch", item=to.interfaces, items="NAME ...", variable=SAID),
    ),
    variable=Variable(name="garp_groups", reader="garp_groups"),
)

INTERFACE_DELAYS = Block(
    "interface_up_down_delays",
    "how long an interface is down, or up again, before it counts",
    item=to.interface_delay,
    items="NAME DOWN_SECONDS [UP_SECONDS]",
    variable=Variable(reader="delays"),
)

# track_group comes first: keepalived finds only one that stands above the line that names it.
STATIC: tuple[Entry, ...] = (
    Block(
        "track_group",
        "instances that are in FAULT while a static address, route or rule is gone",
        table(_members("its instances")),
        named=True,
        variable=Variable(name="track_groups", reader="track_groups"),
    ),
    Block("static_ipaddress", "addresses that stay", item=static_address, items=ADDRESS_ITEMS + _GROUP, variable=SAID),
    Block(
        "static_routes",
        "routes that stay",
        item=static_route,
        items=ROUTE_ITEMS + _GROUP,
        not_in_items=tuple(NOT_IN_ROUTES),
        variable=SAID,
    ),
    Block(
        "static_rules",
        "rules that stay",
        item=static_rule,
        items=RULE_ITEMS + _GROUP,
        not_in_items=NOT_IN_RULES,
        variable=SAID,
    ),
)
