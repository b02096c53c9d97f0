# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It is part 1 of the table: the keywords of ``global_defs`` that work."""

from __future__ import annotations

from collections.abc import Iterator

from . import values as to
from .address_values import multicast
from .command_values import fifo, notify, user_group
from .keyword import Block, Entry, Keyword, Variable, ignored, table, variable
from .not_supported import GLOBAL_PROCESS
from .other_daemons import GLOBAL_FOREIGN
from .peer_values import PEER_STATUS, peer_status

LARGEST = 2**31 - 1  # what keepalived's counters hold
LONGEST_S = 4294  # keepalived: UINT_MAX microseconds
VERSION = "version is 2 or 3"
ON_OTHERS = "an address on another interface lives on that interface itself, with its own Ethernet address"
ALWAYS_ANSWERS = "send a last advertisement before giving way to a higher priority: always so"
_COMMAND = "COMMAND [USER [GROUP]]"


def garp(prefix: str, where: str) -> Iterator[Keyword]:
    """Yield garp_* of an instance, or with the prefix "vrrp_" the same keywords of global_defs."""
    few = None if prefix else Variable(most=1000)
    for name, convert, field, values, words in (
        ("master_delay", to.whole_seconds(0, LONGEST_S), "delay_s", "SECONDS",
         "delay of the second burst of gratuitous ARP after becoming MASTER"),
        ("master_repeat", to.integer(1, LARGEST), "repeat", "COUNT", "frames in each burst after becoming MASTER"),
        ("master_refresh", to.whole_seconds(0, LARGEST), "refresh_s", "SECONDS",
         "interval of the refresh while MASTER, 0 is off"),
        ("master_refresh_repeat", to.integer(1, LARGEST), "refresh_repeat", "COUNT", "frames in each refresh"),
        ("lower_prio_delay", to.whole_seconds(0, LONGEST_S), "lower_prio_delay_s", "SECONDS",
         "delay of the second burst after an advertisement of lower priority"),
        ("lower_prio_repeat", to.integer(0, LARGEST), "lower_prio_repeat", "COUNT",
         "frames in a burst after an advertisement of lower priority"),
    ):  # fmt: skip
        yield Keyword(f"{prefix}garp_{name}", convert, f"garp.{field}", values, f"{words}{where}", variable=few)
    extra = to.extra_interfaces(1 if prefix else 0)
    said = None if prefix else Variable(reader="extra_interfaces")
    for name, words, known in (
        ("garp_extra_if", "interval at which addresses on other interfaces than the instance's are announced", said),
        ("vmac_garp_intvl", "the old name of garp_extra_if", None),
    ):
        words += f": those on VMACs, with all every one{where}"
        yield Keyword(f"{prefix}{name}", extra, "garp.extra_if", "[all] SECONDS", words, variable=known)


def _defaults() -> Iterator[Keyword]:
    """Yield the keywords that are defaults for the instances."""
    where = ", for instances that set none"
    yield from garp("vrrp_", where)
    for kind, frames in (("garp", "gratuitous ARP frames"), ("gna", "unsolicited neighbour advertisements")):
        yield variable(
            f"vrrp_{kind}_interval",
            to.pause("0.000001", str(LONGEST_S)),
            "garp.interval_s" if kind == "garp" else "garp.gna_interval_s",
            "SECONDS",
            f"pause between two {frames} on an interface",
        )
    yield Keyword("vrrp_min_garp", to.boolean, "min_garp", "[BOOL]", "one burst of one frame after becoming MASTER")
    yield Keyword(
        "vrrp_mcast_group4", multicast(4), "mcast_group4", "ADDRESS", f"multicast group of IPv4, 224.0.0.18{where}"
    )
    yield Keyword(
        "vrrp_mcast_group6", multicast(6), "mcast_group6", "ADDRESS", f"multicast group of IPv6, ff02::12{where}"
    )
    yield Keyword(
        "vrrp_version", to.integer(2, 3, VERSION), "vrrp_version", "2|3", "version of IPv4 instances that set none"
    )
    for name, field, words in (
        ("vrrp_lower_prio_no_advert", "lower_prio_no_advert", "do not answer an advertisement of lower priority"),
        ("vrrp_higher_prio_send_advert", "higher_prio_send_advert", ALWAYS_ANSWERS),
        (
            "vrrp_skip_check_adv_addr",
            "skip_check_adv_addr",
            "do not compare the addresses in a MASTER's advertisements again and again",
        ),
        ("v3_checksum_as_v2", "v3_checksum_as_v2", "leave the pseudo-header out of the checksum of VRRPv3 over IPv4"),
        ("vrrp_notify_priority_changes", "notify.priority_changes", "tell the FIFOs of changed priorities"),
        ("vrrp_strict", "strict_mode", "hold instances to the RFCs"),
    ):
        yield Keyword(name, to.flag if name == "vrrp_strict" else to.boolean, f"default.{field}",
                      "" if name == "vrrp_strict" else "[BOOL]", f"{words}{where}")  # fmt: skip
    yield Keyword(
        "vrrp_down_timer_adverts",
        to.integer(1, 100),
        "default.down_timer_adverts",
        "1-100",
        f"how many missed advertisements end a MASTER, 3{where}",
    )
    yield Keyword(
        "vrrp_check_unicast_src",
        to.flag,
        "check_unicast_src",
        "",
        "hear only the peers of a unicast instance: always so",
    )


def _scripts() -> Iterator[Entry]:
    yield variable("script_user", user_group, "script_user", "USER [GROUP]", "who runs scripts that name no user")
    yield Keyword(
        "agent_script_user",
        user_group,
        "agent_script_user",
        "USER [GROUP]",
        "the same under hotstandby, where keepalived is to use another one",
        addition=True,
    )
    yield variable(
        "enable_script_security",
        to.flag,
        "enable_script_security",
        "",
        "refuse scripts that run as root and that others can change",
    )
    for when in ("startup", "shutdown"):
        words = "before the instances start" if when == "startup" else "after the instances have stopped"
        yield variable(f"{when}_script", notify, f"{when}_script", _COMMAND, f"run once, {words}", once=True)
        yield variable(
            f"{when}_script_timeout",
            to.integer(1, 1000),
            f"{when}_script_timeout_s",
            "1-1000",
            f"how many seconds {when}_script may take",
        )
    for prefix in ("", "vrrp_"):
        name = f"{prefix}notify_fifo"
        words = "where a line is written for each change"
        yield variable(name, fifo, name, "PATH [USER [GROUP]]", words, once=True)
        yield Keyword(
            f"{name}_script",
            notify,
            f"{name}_script",
            _COMMAND,
            f"reads {name}; its path is the last argument",
            once=True,
        )
    yield variable(
        "fifo_write_vrrp_states_on_reload",
        to.flag,
        "fifo_write_states_on_reload",
        "",
        "a reload writes all states to the FIFOs",
    )


GLOBAL_DEFS = Block(
    "global_defs",
    "what holds for the whole node",
    table(
        variable("router_id", to.text, "router_id", "NAME", "name of this node in messages", reader="one_word"),
        variable(
            "default_interface",
            to.interface,
            "default_interface",
            "NAME",
            "interface of static addresses and of unicast instances that name none, eth0",
        ),
        *_scripts(),
        variable(
            "vip_lease",
            to.lease,
            "vip_lease_s",
            "SECONDS",
            "how long the kernel keeps a virtual address that no living agent renews: 0 (for ever), or 2 to 60",
            addition=True,
        ),
        Keyword(
            "peer_status",
            peer_status,
            "peer_status",
            PEER_STATUS,
            "tell the other node of the pair, beside VRRP, how this one does, and hear the same of it",
            addition=True,
        ),
        *_defaults(),
        variable(
            "vrrp_startup_delay",
            to.seconds("0.001", str(LONGEST_S)),
            "startup_delay_s",
            "SECONDS",
            "how long after its start the agent only listens",
        ),
        variable(
            "vrrp_delay_after_boot",
            to.seconds("0.001", str(LONGEST_S)),
            "delay_after_boot_s",
            "SECONDS",
            "the same, counted from the boot of the node; the longer one counts",
        ),
        variable(
            "log_unknown_vrids", to.flag, "log_unknown_vrids", "", "log advertisements of a VRID that is not ours"
        ),
        variable("vmac_prefix", to.text, "vmac_prefix", "NAME", "how the names of VMACs begin, vrrp"),
        ignored("vmac_addr_prefix", "NAME", ON_OTHERS),
        Keyword(
            "include_check",
            to.include_check,
            "include_check",
            "[[+|-]read|match|wildcard_match|brace_match ...]",
            "when an include that finds nothing is an error, from this line on",
            many=True,
        ),
        ignored(
            "vrrp_owner_ignore_adverts",
            "[BOOL]",
            "an owner of the addresses gives way to nobody of lower priority",
            "give priority 255 to one node",
        ),
        *GLOBAL_PROCESS,
        *GLOBAL_FOREIGN,
    ),
)
