# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It lists the values of known keywords that some releases of keepalived ignore, or take in another way.

Each entry is about one block and keyword, or about a word in the lines of a block, such as ``virtual_ipaddress``.
"""

from __future__ import annotations

from . import keepalived_changes as has
from .keepalived_changes import IGNORED, OTHER_MEANING, ValueChange
from .keepalived_missing import NO_VALUE

ADDRESS_BLOCKS = ("virtual_ipaddress", "virtual_ipaddress_excluded", "static_ipaddress")
_NOTIFICATIONS = ("notify", "notify_master", "notify_backup", "notify_fault", "notify_stop")
_SCRIPTS = (
    ("vrrp_script", "script"),
    *(("vrrp_instance", name) for name in (*_NOTIFICATIONS, "notify_deleted", "notify_master_rx_lower_pri")),
    *(("vrrp_sync_group", name) for name in _NOTIFICATIONS),
    *(("global_defs", f"{name}_script") for name in ("notify_fifo", "vrrp_notify_fifo", "startup", "shutdown")),
)

_ANY_ON = "it takes any value as on"
_NOT_COMPARED = "no longer compares the addresses of advertisements"


def _off(block: str, keyword: str, what: str, first: str = "", mended: str = "") -> ValueChange:
    """Return the difference of a keyword that the file switches off."""
    advice = "leave the line out: off is the default"
    return ValueChange(block, keyword, "off, false, no", has.switched_off, OTHER_MEANING, what, advice, first, mended)


_ROUTES = ("virtual_routes", "static_routes")
_RULES = ("virtual_rules", "static_rules")

VALUE_CHANGES: tuple[ValueChange, ...] = (
    *NO_VALUE,
    ValueChange(
        "global_defs",
        "include_check",
        "readable",
        has.unknown_check,
        IGNORED,
        "its parser does not know the word of its manual",
        "read",
    ),
    ValueChange(
        "global_defs",
        "include_check",
        "a further word without + or -",
        has.second_check,
        IGNORED,
        "it takes the first word alone",
        "write + before each word but the first",
    ),
    *(
        ValueChange(
            block,
            "",
            "preferred_lft",
            has.words("preferred_lft"),
            IGNORED,
            "it does not know the word, and skips it and its value",
            "leave it out: an IPv6 address of /128 is deprecated without it",
            mended="2.0.20",
        )
        for block in ADDRESS_BLOCKS
    ),
    *(
        ValueChange(
            block,
            "",
            "use_vmac",
            has.words("use_vmac"),
            IGNORED,
            "the address stays on the interface that dev names, with the Ethernet address of that one",
            "leave it out, or give the interface an instance of its own",
            mended="2.2.0",
        )
        for block in ADDRESS_BLOCKS[:2]
    ),
    *(
        ValueChange(
            "unicast_peer",
            "",
            f"{word} TTL",
            has.words(word),
            OTHER_MEANING,
            f"it skips {word}: advertisements of this peer are heard whatever TTL they have",
            "leave it out, and let a packet filter see to it",
            mended="2.1.0",
        )
        for word in ("min_ttl", "max_ttl")
    ),
    *(
        ValueChange(
            "unicast_peer",
            "",
            f"{word} TTL",
            has.words(word),
            OTHER_MEANING,
            f"it looks at {word} only where check_unicast_src is set, which this file does not do",
            "add check_unicast_src to the instance",
            first="2.1.0",
            unless=("check_unicast_src", "vrrp_check_unicast_src"),
        )
        for word in ("min_ttl", "max_ttl")
    ),
    *(
        ValueChange(
            block,
            "",
            "no dev",
            has.without_interface,
            OTHER_MEANING,
            "it does not track the route: where somebody else deletes it, it stays away",
            "add dev NAME, or no_track for the same in every release",
            mended="2.3.2",
        )
        for block in _ROUTES
    ),
    *(
        ValueChange(
            block,
            "",
            "a protocol other than keepalived",
            has.other_protocol if block in _ROUTES else has.other_number,
            OTHER_MEANING,
            "it tracks the line, and gives it its own protocol, 18",
            "leave protocol out, or add no_track",
        )
        for block in (*_ROUTES, *_RULES)
    ),
    *(
        ValueChange(
            block,
            "",
            f"track_group and no {ways[0]}",
            has.group_without(*ways),
            IGNORED,
            "it skips track_group: the loss of the line is no fault of the instances",
            f"add {ways[0]} NAME",
        )
        for block, ways in (("static_routes", ("dev", "oif")), ("static_rules", ("iif", "dev")))
    ),
    *(
        ValueChange(
            block,
            "",
            "the name of a protocol",
            has.protocol_name,
            IGNORED,
            "it takes numbers only, and sets the rule without it",
            "write its number",
        )
        for block in _RULES
    ),
    *(
        ValueChange(
            block,
            "",
            "inet, inet6",
            has.family(("to",), ("via", "gw", "or")) if block in _ROUTES else has.family((), ()),
            IGNORED,
            "it skips the word behind it, and with that mostly the line",
            "leave it out: the addresses show the version",
        )
        for block in (*_ROUTES, *_RULES)
    ),
    ValueChange(
        "vrrp_instance",
        "use_vmac",
        "unicast_peer beside it",
        lambda statement: statement.words[0],
        IGNORED,
        "it makes no macvlan: the addresses live on the interface itself, with its own Ethernet address",
        "leave use_vmac out on both nodes",
        first="2.1.0",
        mended="2.2.0",
        beside=("unicast_peer",),
    ),
    ValueChange(
        "vrrp_instance",
        "use_vmac",
        "a MAC address",
        has.mac_address,
        OTHER_MEANING,
        "the macvlan has the Ethernet address of the RFC, 00:00:5e:00:01:VRID",
        "leave the address out on both nodes",
        mended="2.2.5",
    ),
    ValueChange(
        "vrrp_instance",
        "use_vmac",
        "netlink_notify_msg",
        has.words("netlink_notify_msg"),
        IGNORED,
        "it takes the word for a name that is too long, or for one too many",
        "leave it out",
        mended="2.3.0",
    ),
    ValueChange(
        "vrrp_instance",
        "use_vmac",
        "name NAME",
        has.words("name"),
        OTHER_MEANING,
        "the macvlan is called name",
        "write the name without the word name",
        mended="2.3.0",
    ),
    ValueChange(
        "vrrp_instance",
        "use_vmac",
        "group ID",
        has.words("group"),
        OTHER_MEANING,
        "it takes the word group for the name of the macvlan, or for one too many",
        "leave it out",
        mended="2.3.0",
    ),
    ValueChange(
        "vrrp_instance",
        "use_ipvlan",
        "name NAME, group ID",
        has.words("name", "group"),
        OTHER_MEANING,
        "it takes the word for the name of the ipvlan",
        "leave the word out",
        mended="2.3.0",
    ),
    _off("vrrp_instance", "skip_check_adv_addr", f"{_ANY_ON}, and {_NOT_COMPARED}", first="2.2.5"),
    _off("global_defs", "vrrp_skip_check_adv_addr", f"{_ANY_ON}, and {_NOT_COMPARED}", mended="2.3.0"),
    _off("global_defs", "vrrp_strict", f"{_ANY_ON}, and its firewall drops packets to the addresses", mended="2.3.0"),
    _off("global_defs", "vrrp_strict", "it takes it as off, and the agent as on, as older releases do", first="2.3.0"),
    _off("global_defs", "v3_checksum_as_v2", f"{_ANY_ON}: no pseudo-header is in the checksum", first="2.2.8"),
    *(
        ValueChange(
            "vrrp_script",
            keyword,
            "a fraction of seconds",
            has.fraction,
            IGNORED,
            f"it takes whole seconds, and without a good {keyword} {default}",
            "write whole seconds",
            mended="2.3.2",
        )
        for keyword, default in (
            ("interval", "the script runs each second"),
            ("timeout", "the script may run as long as its interval"),
        )
    ),
    *(
        ValueChange(
            block,
            keyword,
            "a path below /bin, /sbin, /lib or /lib64",
            has.linked,
            OTHER_MEANING,
            "where that directory is a link to /usr, it does not run the script as root: it calls it insecure",
            "write the path that it leads to: /usr/bin/...",
            first="2.3.0",
        )
        for block, keyword in _SCRIPTS
    ),
    ValueChange(
        "auth_hmac",
        "mode",
        "receive-only",
        has.words("receive-only"),
        IGNORED,
        "it enforces: it signs what it sends, and hears nothing that is not signed",
        "mode permissive, which signs what it sends and hears both kinds",
        first="2.4.0",
        mended="2.4.2",
    ),
    ValueChange(
        "vrrp_instance",
        "auth_hmac",
        "",
        lambda statement: statement.words[0],
        OTHER_MEANING,
        "it signs other octets than 2.4.2 and later, and the agent: neither hears the other",
        "take auth_hmac out on both nodes, or use keepalived 2.4.2 or later",
        first="2.4.0",
        mended="2.4.2",
    ),
    ValueChange(
        "global_defs",
        "umask",
        "IRWXU, IRWXG, IRWXO",
        has.bits,
        IGNORED,
        "it does not know this bit",
        "write the bits one by one: IRUSR | IWUSR | IXUSR",
        mended="2.2.8",
    ),
    ValueChange(
        "global_defs",
        "vrrp_ipsets",
        "a sixth name",
        has.sixth,
        OTHER_MEANING,
        "it skips the sixth name",
        "leave it out",
        mended="2.3.0",
    ),
)
