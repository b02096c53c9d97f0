# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It holds small files like those of users: name -> (text, verdict).

A verdict is CLEAN, or what is tolerated (a piece of each tolerated warning, in order), or Refused with a piece of the
first error.
"""

from __future__ import annotations

from typing import NamedTuple

CLEAN: list[str] = []


class Refused(NamedTuple):
    """It is the verdict on a file that we refuse. ``keepalived``: keepalived runs it nevertheless."""

    text: str
    keepalived: bool = False


def instance(*lines, name="VI_1", vrid=51, vip="192.168.8.100/24", interface="eth0"):
    body = "\n".join(f"    {line}" for line in lines)
    held = f"    virtual_ipaddress {{\n        {vip}\n    }}\n" if vip else ""
    return f"vrrp_instance {name} {{\n    interface {interface}\n    virtual_router_id {vrid}\n{body}\n{held}}}\n"


def globals_(*lines):
    return "global_defs {\n" + "\n".join(f"    {line}" for line in lines) + "\n}\n"


def password(word, kind="PASS"):
    return f"authentication {{\n        auth_type {kind}\n        auth_pass {word}\n    }}"


SECURE = globals_("script_user root", "enable_script_security")
CHECK = 'vrrp_script chk {\n    script "/bin/true"\n    interval 2\n    weight -20\n}\n'
TRACK = "track_script {\n        chk\n    }"
PEER = "unicast_peer {\n        192.168.8.6\n    }"
SECOND = {"name": "VI_2", "vrid": 52, "vip": "192.168.8.101/24"}
MASTER = ("state MASTER", "priority 150", "advert_int 1")
CUT = "auth_pass has"

FILES = {
    "vrrp_strict and unicast": (
        globals_("vrrp_strict") + instance(*MASTER, "unicast_src_ip 192.168.8.4", PEER),
        ["unicast_peer in strict mode"],
    ),
    "a tutorial's master": (instance(*MASTER, password("1111")), CLEAN),
    "a tutorial's backup": (instance("state BACKUP", "priority 100", "advert_int 1", password("1111")), CLEAN),
    "a load balancer with a check": (SECURE + CHECK + instance(*MASTER, TRACK), CLEAN),
    "a generated password of 32": (instance(*MASTER, password("q7Zp0LxVb3NsKtWc9RfYh2MdGj5QaEu8")), [CUT]),
    "a passphrase in quotes": (instance(*MASTER, password('"four words and more"')), [CUT]),
    "a key of AH that is too long": (instance("priority 150", password("0123456789abcdef", "AH")), [CUT]),
    "SLAVE from an old habit": (instance("state SLAVE", "priority 50"), ["state"]),
    "EQUAL peers": (instance("state EQUAL", "priority 100", "nopreempt"), ["state"]),
    "lower case": (instance("state backup", "priority 100"), ["state"]),
    "a cloud without addresses": (
        SECURE + instance("priority 100", PEER, 'notify_master "/bin/true"', vip=""),
        ["no virtual_ipaddress"],
    ),
    "an empty block of addresses": (instance("virtual_ipaddress {", "}", vip=""), ["no virtual_ipaddress"]),
    "the settings of a package": (
        globals_("router_id LVS_DEVEL", "vrrp_skip_check_adv_addr", "vrrp_strict", "vrrp_garp_interval 0")
        + instance("state MASTER", "priority 100", password("1111")),
        ["vrrp_garp_interval 0", "authentication in strict mode"],
    ),
    "no pause for either family": (
        globals_("vrrp_garp_interval 0", "vrrp_gna_interval 0") + instance(),
        ["vrrp_garp_interval 0", "vrrp_gna_interval 0"],
    ),
    "include_check with the word of the manual": (
        globals_("include_check readable") + instance(),
        ["does not know readable"],
    ),
    "include_check with two words": (
        globals_("include_check match wildcard_match") + instance(),
        ['"wildcard_match" says nothing here'],
    ),
    "include_check with two words and a sign": (globals_("include_check match +wildcard_match") + instance(), CLEAN),
    "a keyword of keepalived without its value": (
        globals_("umask") + instance(),
        Refused("umask has no value", keepalived=False),
    ),
    "nodad behind an address": (
        instance("priority 100", vip="192.168.8.100/24 nodad dev eth0"),
        ["nodad says nothing"],
    ),
    "nodad behind an excluded one": (
        instance("virtual_ipaddress_excluded {", "2001:db8::1/64 nodad", "}"),
        ["nodad says nothing"],
    ),
    "mail that nobody sends": (
        globals_("notification_email {", "admin@example.com", "}", "smtp_server 127.0.0.1") + instance("smtp_alert"),
        CLEAN,
    ),
    "prefixes everywhere": (
        instance("unicast_src_ip 192.168.8.4/24", "unicast_peer {", "192.168.8.6/24", "192.168.8.7/24", "}"),
        ["192.168.8.4/24", "192.168.8.6/24", "192.168.8.7/24"],
    ),
    "a prefix of the multicast source": (instance("mcast_src_ip 192.168.8.4/24"), ["192.168.8.4/24"]),
    "one list of peers for three nodes": (
        instance("unicast_src_ip 192.168.8.4", "unicast_peer {", "192.168.8.4", "192.168.8.5", "192.168.8.6", "}"),
        ["this node's own"],
    ),
    "a list with one peer twice": (instance("unicast_peer {", "192.168.8.6", "192.168.8.6", "}"), ["given twice"]),
    "peers that a template left out": (
        instance("unicast_src_ip 192.168.8.4", "unicast_peer {", "}"),
        ["empty unicast_peer"],
    ),
    "security as a boolean": (globals_("enable_script_security true") + instance(), ["takes no value"]),
    "security that seems to be off": (globals_("enable_script_security off") + instance(), ["takes no value"]),
    "nopreempt as a boolean": (instance("state BACKUP", "nopreempt true"), ["takes no value"]),
    "one address for two networks": (
        instance() + instance(name="VI_2", vrid=52),
        ["192.168.8.100 belongs to"],
    ),
    "an address that is excluded elsewhere": (
        instance() + instance("virtual_ipaddress_excluded {", "192.168.8.100/24", "}", **SECOND),
        ["192.168.8.100 belongs to"],
    ),
    "one number for every site": (
        instance(PEER) + instance("unicast_peer {", "192.168.8.7", "}", **{**SECOND, "vrid": 51}),
        ["virtual_router_id 51"],
    ),
    "one number on two networks": (instance() + instance(**{**SECOND, "vrid": 51}, interface="eth1"), CLEAN),
    "one macvlan for two": (instance("use_vmac vrrp") + instance("use_vmac vrrp", **SECOND), ["use_vmac vrrp"]),
    "a macvlan and dev": (instance("use_vmac", vip="192.168.8.100/24 dev eth0"), CLEAN),
    "version 3 with a password": (
        globals_("vrrp_version 3") + instance(password("1111")),
        ["authentication with VRRPv3"],
    ),
    "IPv6 with a password": (instance(password("1111"), vip="fe80::100/64"), ["authentication with VRRPv3"]),
    "a comment of another century": ("# gerade f\udcfcr Z\udcfcrich\n" + instance(), ["not UTF-8"]),
    "both at once": (
        instance("state SLAVE", password("far-too-long")),
        ["state", CUT],
    ),
    "a pipe in a check": (
        SECURE + CHECK.replace("/bin/true", "/bin/ps ax | /bin/grep x") + instance(TRACK),
        ["no shell reads this line"],
    ),
    "a shell that is asked for": (
        SECURE + CHECK.replace("/bin/true", "/bin/sh -c 'pidof haproxy || exit 1'") + instance(TRACK),
        CLEAN,
    ),
    "killall": (SECURE + CHECK.replace("/bin/true", "/usr/bin/killall -0 haproxy") + instance(TRACK), CLEAN),
    "notify with its user": (SECURE + instance('notify "/bin/true all" root'), CLEAN),
    "windows line ends": (instance(*MASTER).replace("\n", "\r\n"), CLEAN),
    "tabs and one line": (
        "vrrp_instance\tVI_1 { interface eth0\n virtual_router_id 51\n virtual_ipaddress { 192.168.8.100 }\n}\n",
        CLEAN,
    ),
    "a sync group": (
        instance() + instance(**SECOND) + "vrrp_sync_group G {\n    group {\n        VI_1\n        VI_2\n    }\n}\n",
        CLEAN,
    ),
    "a virtual server beside it": (
        instance()
        + "virtual_server 192.168.8.100 80 {\n    delay_loop 6\n    real_server 192.168.8.4 80 {\n    }\n}\n",
        CLEAN,
    ),
    "addresses with labels": (instance(vip="192.168.8.100/24 brd + dev eth0 label eth0:vip"), CLEAN),
    "addresses without a prefix": (instance(vip="192.168.8.100"), CLEAN),
    "a misspelt keyword": (instance("priorty 100"), Refused('unknown keyword "priorty"', keepalived=True)),
    "a keyword of the future": (instance("quantum on"), Refused('unknown keyword "quantum"', keepalived=True)),
    "one number twice": (instance() + instance(**{**SECOND, "vrid": 51}), Refused("virtual_router_id 51")),
    "a number that is none": (instance(vrid=0), Refused("virtual_router_id 0 is out of range", keepalived=True)),
    "a priority of 0": (instance("priority 0"), Refused("priority 0 is out of range", keepalived=True)),
    "a script that is not there": (instance(TRACK), Refused('the unknown script "chk"', keepalived=True)),
    "a brace too few": (instance()[:-2], Refused('the block "vrrp_instance VI_1" is never closed', keepalived=True)),
    "only itself as a peer": (
        instance("unicast_src_ip 192.168.8.4", "unicast_peer {", "192.168.8.4", "}"),
        Refused("this node's own", keepalived=True),
    ),
}
