# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It is part 6 of the table: the keywords of ``vrrp_instance``."""

from __future__ import annotations

from collections.abc import Iterator

from . import auth_values as auth
from . import values as to
from .address_values import address, multicast, peer, virtual_address
from .global_defs import ALWAYS_ANSWERS, ON_OTHERS, VERSION, garp
from .groups import ADDRESS_ITEMS, ROUTE_ITEMS, RULE_ITEMS, notifications
from .keyword import SAID, Block, Entry, Keyword, Variable, ignored, refused, table, variable
from .other_daemons import INSTANCE_FOREIGN
from .route_values import UNSUPPORTED as NOT_IN_ROUTES
from .route_values import virtual_route
from .rule_values import UNSUPPORTED as NOT_IN_RULES
from .rule_values import virtual_rule
from .track_blocks import TRACKING
from .vmac_values import use_vmac

_PRIORITY = 'RFC 9568 5.2.4 (0 means "I stop" on the wire): priority is 1 to 255'
_VRID = "RFC 9568 5.2.3: virtual_router_id is 1 to 255"

AUTHENTICATION = Block(
    "authentication",
    "VRRPv2 only",
    table(
        variable(
            "auth_type",
            to.one_of("PASS", "AH"),
            "auth_type",
            "PASS|AH",
            "simple password, or IPsec AH (IPv4)",
            shared=True,
        ),
        variable(
            "auth_pass",
            auth.auth_pass,
            "auth_pass",
            "PASSWORD",
            "1 to 8 octets, the same on every node",
            shared=True,
            secret=True,
        ),
    ),
    secret=True,
)

AUTH_HMAC = Block(
    "auth_hmac",
    "signs advertisements, as keepalived 2.4.2 and later does",
    table(
        Keyword(
            "key",
            auth.hmac_key,
            "keys",
            "1-255 hex:DIGITS|file:PATH|TEXT",
            "a key of 32 to 64 octets, the same on every node",
            many=True,
        ),
        Keyword("active_key", to.integer(1, 255), "active_key", "1-255", "the key to sign with"),
        Keyword(
            "anti_replay", to.one_of("time", "monotonic"), "anti_replay", "time|monotonic", "how old ones are known"
        ),
        Keyword(
            "time_window", to.integer(1, 300), "time_window_s", "1-300", "how old an advertisement may be, seconds"
        ),
        Keyword(
            "mode",
            to.one_of("enforce", "permissive", "receive-only"),
            "mode",
            "enforce|permissive|receive-only",
            "whether unsigned ones are heard, and whether ours are signed",
        ),
    ),
    secret=True,
    variable=Variable(reader="auth_hmac", shared=True, secret=True),
)


def _identity() -> Iterator[Entry]:
    yield variable("state", to.state, "initial_state", "MASTER|BACKUP", "state to start in", once=True)
    yield variable("interface", to.interface, "interface", "NAME", "where it speaks VRRP and holds its addresses")
    yield variable(
        "virtual_router_id",
        to.integer(1, 255, _VRID),
        "virtual_router_id",
        "1-255",
        "the same on every node, unique on its interface",
        shared=True,
    )
    yield variable(
        "priority",
        to.integer(1, 255, _PRIORITY),
        "priority",
        "1-255",
        "the highest becomes MASTER; 255 owns the addresses",
    )
    yield variable(
        "advert_int",
        to.seconds("0.01", "255"),
        "advert_int",
        "SECONDS",
        "time between two advertisements: whole seconds in version 2, 0.01 to 40.95 in version 3",
        shared=True,
    )
    yield variable("version", to.integer(2, 3, VERSION), "version", "2|3", "VRRP version; IPv6 needs 3", shared=True)
    yield Keyword("native_ipv6", to.flag, "native_ipv6", "", "IPv6; the addresses say so by themselves")
    yield AUTHENTICATION
    yield AUTH_HMAC


def _addresses() -> Iterator[Entry]:
    items = f"{ADDRESS_ITEMS} [use_vmac]"
    yield Block(
        "virtual_ipaddress",
        "the addresses that the MASTER holds",
        item=virtual_address,
        items=items,
        variable=Variable(name="vips", reader="addresses"),
    )
    yield Block(
        "virtual_ipaddress_excluded",
        "more of them, of either family, that advertisements do not name",
        item=virtual_address,
        items=items,
        variable=SAID,
    )
    yield Keyword("no_virtual_ipaddress", to.flag, "no_virtual_ipaddress", "", "it may have no virtual_ipaddress")
    yield variable(
        "promote_secondaries", to.flag, "promote_secondaries", "", "set the interface's sysctl promote_secondaries"
    )
    yield Block(
        "virtual_routes",
        "the routes that the MASTER has",
        item=virtual_route,
        items=ROUTE_ITEMS,
        not_in_items=tuple(NOT_IN_ROUTES),
        variable=SAID,
    )
    yield Block(
        "virtual_rules",
        "the rules that the MASTER has",
        item=virtual_rule,
        items=RULE_ITEMS,
        not_in_items=NOT_IN_RULES,
        variable=SAID,
    )
    yield variable("accept", to.flag, "accept", "", "take packets for the addresses, the default", off="no_accept")
    yield Keyword("no_accept", to.flag, "no_accept", "", "drop packets for the addresses, unless priority is 255")
    yield variable(
        "use_vmac",
        use_vmac,
        "vmac",
        "[[name] NAME] [MAC] [netlink_notify_msg]",
        "addresses live on a macvlan with the MAC address of the RFC",
    )
    yield ignored("use_vmac_addr", "", ON_OTHERS, "an instance of its own on that interface")
    yield variable("vmac_xmit_base", to.flag, "vmac_xmit_base", "", "advertise from the interface below the macvlan")
    yield refused(
        "use_ipvlan",
        "[[name] NAME] [ADDRESS] [bridge|private|vepa] [group ID]",
        "the agent makes no ipvlan",
        "use_vmac, or an ipvlan of yours as interface",
    )
    yield refused("vrf", "NAME", "the agent does not enter a VRF by itself", "interface NAME, an interface of that VRF")


def _sources() -> Iterator[Entry]:
    yield variable("unicast_src_ip", address, "unicast_src_ip", "ADDRESS", "source of unicast advertisements")
    yield variable("mcast_src_ip", address, "mcast_src_ip", "ADDRESS", "source of advertisements, unicast ones too")
    yield variable(
        "mcast_dst_ip",
        multicast(),
        "mcast_dst_ip",
        "ADDRESS",
        "multicast group of its own",
        reader="address",
        shared=True,
    )
    yield variable("track_src_ip", to.flag, "track_src_ip", "", "FAULT while the configured source is not there")
    yield Block(
        "unicast_peer",
        "the other nodes; no multicast then",
        item=peer,
        items="ADDRESS [min_ttl 0-255] [max_ttl 0-255]",
        variable=SAID,
    )
    yield Keyword("check_unicast_src", to.flag, "check_unicast_src", "", "hear only the peers: always so")
    yield variable("unicast_fault_no_peer", to.flag, "unicast_fault_no_peer", "", "without a peer FAULT, not multicast")
    yield variable(
        "unicast_ttl", to.integer(0, 255), "unicast_ttl", "0-255", "TTL of unicast advertisements, 255", least=1
    )
    yield refused(
        "old_unicast_checksum",
        "[never]",
        "it is for peers with keepalived 1.3.6 and older",
        "upgrade the peer, or use version 2",
        harmless=("never",),
    )
    yield variable(
        "v3_checksum_as_v2",
        to.boolean,
        "v3_checksum_as_v2",
        "[BOOL]",
        "leave the pseudo-header out of the checksum of VRRPv3 over IPv4",
        shared=True,
    )


def _manners() -> Iterator[Entry]:
    yield variable("nopreempt", to.flag, "nopreempt", "", "leave a MASTER of lower priority alone")
    yield Keyword("preempt", to.flag, "preempt", "", "the opposite of nopreempt, and the default")
    yield variable(
        "preempt_delay",
        to.seconds("0", "1000"),
        "preempt_delay_s",
        "SECONDS",
        "wait before taking over from a lower priority",
    )
    yield variable(
        "down_timer_adverts",
        to.integer(1, 100),
        "down_timer_adverts",
        "1-100",
        "how many missed advertisements end a MASTER, 3; the same on every node",
    )
    for name, words in (
        ("lower_prio_no_advert", "do not answer an advertisement of lower priority"),
        ("higher_prio_send_advert", ALWAYS_ANSWERS),
        ("skip_check_adv_addr", "do not compare the addresses in a MASTER's advertisements again and again"),
    ):
        yield variable(name, to.boolean, name, "[BOOL]", words)
    yield Keyword("strict_mode", to.boolean, "strict_mode", "[BOOL]", "hold it to the RFCs")
    slept = "an agent that slept hears what it missed before it acts"
    yield ignored("timer_expired_backup", "[1-254]", slept)
    yield ignored("thread_timer_expired", "[1-254]", slept)
    yield ignored(
        "owner_ignore_adverts",
        "[BOOL]",
        "an owner of the addresses gives way to nobody of lower priority",
        "give priority 255 to one node",
    )
    yield variable("dont_track_primary", to.flag, "dont_track_primary", "", "no FAULT while its interface is down")
    yield variable(
        "kernel_rx_buf_size", to.integer(0, 2**31 - 1), "kernel_rx_buf_size", "OCTETS", "receive buffer of its socket"
    )
    yield ignored("debug", "0-4", "the log says what it says", "hotstandby status")
    yield ignored(
        "linkbeat_use_polling",
        "",
        "interfaces tell their carrier by netlink",
        "where one does not: @hotstandby track_gateway ADDRESS",
    )


VRRP_INSTANCE = Block(
    "vrrp_instance",
    "a virtual router on an interface",
    table(
        *_identity(),
        *_addresses(),
        *_sources(),
        *_manners(),
        *TRACKING,
        *notifications(True),
        *garp("", ""),
        *INSTANCE_FOREIGN,
    ),
    named=True,
    variable=Variable(name="instances", reader="entries"),
)
