# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the real keepalived accepts the files that we load, and that we refuse those that it refuses.

It runs ``keepalived -t``, which reads the file and ends, in a network namespace of its own that has an eth0.
"""

from __future__ import annotations

import subprocess

import pytest
from test_config_article import NODE_A, NODE_B

from vrrp.config.loader import ConfigError, inspect, load

ENOUGH = """\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    virtual_ipaddress {
        192.168.8.100/24
    }
LINES
}
"""


def with_lines(*lines):
    return ENOUGH.replace("LINES", "\n".join(lines))


ACCEPTED = {
    "NodeA": NODE_A + "}\n",
    "NodeB": NODE_B + "}\n",
    "least": with_lines(),
    "brace on the next line": with_lines().replace("VI_1 {", "VI_1\n{"),
    "all on one line": with_lines("unicast_peer { 192.168.8.6 }"),
    "quotes": with_lines().replace("VI_1", '"VI 1"'),
    "our own lines": with_lines("@^hotstandby priority 9").replace("VI_1 {", "VI_1 { ! comment"),
    "fractions in version 3": with_lines("version 3", "advert_int 0.25"),
    "password of 8 octets": with_lines("authentication {", "auth_type PASS", 'auth_pass "ab #1!cd"', "}"),
    "unicast": with_lines("unicast_src_ip 192.168.8.4", "unicast_peer {", "192.168.8.6", "}"),
    "address options": with_lines().replace("100/24", "100/24 brd + dev eth0 label eth0:vip scope link"),
    "IPv6": with_lines().replace("192.168.8.100/24", "fe80::100/64"),
    "preempt_delay": with_lines("state BACKUP", "preempt_delay 2.5"),
    "nopreempt": with_lines("state BACKUP", "nopreempt"),
    "garp": with_lines(
        "garp_master_delay 1",
        "garp_master_repeat 2",
        "garp_master_refresh 3",
        "garp_master_refresh_repeat 4",
        "garp_lower_prio_delay 5",
        "garp_lower_prio_repeat 0",
    ),
    "scripts of another user": "global_defs {\nscript_user root\n@hotstandby agent_script_user nobody\n"
    + "enable_script_security\n}\nvrrp_script chk {\nscript /bin/true\n}\n"
    + with_lines("track_script {", "chk", "}", 'notify "/bin/echo a b"'),
    "what only we know": "global_defs {\n@hotstandby vip_lease 2\nscript_user root\nenable_script_security\n}\n"
    + with_lines(
        "@hotstandby track_gateway 192.168.8.1",
        "@hotstandby track_gateway fe80::1 interval 2 weight -20 interface eth0",
        "notify_master_rx_lower_pri /bin/true",
    ),
    "scripts": "global_defs {\nscript_user root\nenable_script_security\nvrrp_garp_interval 0.001\n}\n"
    + "vrrp_script chk {\nscript \"/bin/sh -c 'exit 0'\"\n"
    + "interval 2\nfall 2\nrise 2\nweight -20\nuser root\ninit_fail\n}\n"
    + with_lines("track_script {", "chk weight 10", "}", 'notify "/bin/echo a b" root', "notify_master /bin/true"),
    "tracking": "global_defs {\nscript_user root\nenable_script_security\n}\n"
    + "vrrp_script chk {\nscript /bin/true\nweight -20 reverse\n}\n"
    + "vrrp_track_process web {\nprocess /bin/a b\nparam_match initial\nweight 5\nquorum 1\ndelay 0.5\n}\n"
    + "track_file load {\nfile /run/load\nweight 2\ninit_file 0\n}\n"
    + with_lines(
        "track_interface {\neth1 weight -5\n}",
        "track_script {\nchk weight 4 noreverse\n}",
        "track_process {\nweb\n}",
        "track_file {\nload weight -3 reverse\n}",
        "@hotstandby track_tcp 127.0.0.1 80",
        "@hotstandby track_unit nginx",
    ),
    "sync group": with_lines()
    + with_lines().replace("VI_1", "VI_2").replace("51", "52").replace(".100", ".101")
    + "vrrp_sync_group G {\ngroup {\nVI_1\nVI_2\n}\ntrack_interface {\neth1\n}\nsync_group_tracking_weight\n}\n",
    "routes and rules": with_lines(
        "virtual_routes {",
        "src 192.168.8.100 to 10.1.0.0/16 via 192.168.8.1 dev eth0",
        "10.2.0.0/16 table 100 no_track nexthop via 192.168.8.1 dev eth0 weight 2 nexthop via 192.168.8.2 dev eth0",
        "blackhole 10.3.0.0/16 metric 5 no_track",
        "10.4.0.0/16 dev eth0 scope link mtu lock 1400 tos 0x04 no_track",
        "}",
        "virtual_rules {",
        "from 10.1.0.0/16 table 100 preference 10",
        "not to 10.2.0.0/16 fwmark 1/2 goto 40 preference 39 no_track",
        "}",
    ),
    "what is static": "static_ipaddress {\n10.1.0.1/16 dev eth0\n}\n"
    + "static_routes {\n10.2.0.0/16 via 10.1.0.2 dev eth0\n}\n"
    + "static_rules {\nfrom 10.1.0.0/16 table 100 preference 10\n}\n"
    + with_lines(),
    "excluded and options": with_lines(
        "virtual_ipaddress_excluded {",
        "2001:db8::1/64 -nodad home preferred_lft 0",
        "192.168.8.102 peer 192.168.8.103",
        "192.168.8.104/24 dev eth1 noprefixroute no_track",
        "}",
        "promote_secondaries",
        "dont_track_primary",
    ),
    "unicast in full": with_lines(
        "mcast_src_ip 192.168.8.4",
        "unicast_peer {",
        "192.168.8.6 min_ttl 3 max_ttl 255",
        "}",
        "unicast_ttl 64",
        "check_unicast_src",
        "track_src_ip",
    ),
    "multicast group": "global_defs {\nvrrp_mcast_group4 224.0.0.19\n}\n"
    + with_lines("mcast_dst_ip 224.0.0.20", "down_timer_adverts 4", "lower_prio_no_advert"),
    "AH": with_lines("authentication {", "auth_type AH", "auth_pass 1111", "}"),
    "announcements": "global_defs {\nvrrp_min_garp\nvrrp_gna_interval 0.1\nvrrp_garp_extra_if all 100\n}\n"
    + "garp_group {\ngarp_interval 0.1\ninterfaces {\neth0\neth1\n}\n}\n"
    + with_lines("garp_extra_if 50"),
    "macvlan": with_lines("use_vmac vip0", "vmac_xmit_base"),
    "strict": "global_defs {\nvrrp_strict\n}\n" + with_lines("strict_mode on", "version 3", "accept"),
    "what we ignore": "global_defs {\nvrrp_rt_priority 5\nsmtp_server 127.0.0.1\n"
    + "notification_email {\na@example.com\n}\nenable_snmp_vrrp\nvrrp_no_swap\ndynamic_interfaces\n}\n"
    + with_lines("smtp_alert", "debug 1"),
}

REFUSED = {
    "unknown member": with_lines() + "vrrp_sync_group G {\ngroup {\nVI_9\n}\n}\n",
    "one member in two groups": with_lines()
    + "vrrp_sync_group G {\ngroup {\nVI_1\n}\n}\nvrrp_sync_group H {\ngroup {\nVI_1\n}\n}\n",
    "unknown process": with_lines("track_process {", "web", "}"),
    "unknown file": with_lines("track_file {", "load", "}"),
    "route without a destination": with_lines("virtual_routes {", "via 192.168.8.1", "}"),
    "rule without an action": with_lines("virtual_rules {", "from 10.0.0.0/8 preference 5", "}"),
    "rule of two families": with_lines("virtual_rules {", "from 10.0.0.0/8 to fe80::/10 table 1 preference 5", "}"),
    "multicast group of the other family": with_lines("mcast_dst_ip ff02::12"),
    "multicast group that is none": with_lines("mcast_dst_ip 192.168.8.9"),
    "VMAC with VRRP's own address": with_lines("use_vmac 00:00:5e:00:01:33"),
    "down_timer_adverts 0": with_lines("down_timer_adverts 0"),
    "process without a process": "vrrp_track_process web {\nquorum 1\n}\n" + with_lines(),
    "garp group without a pause": "garp_group {\ninterface eth0\n}\n" + with_lines(),
    "NodeA as printed": NODE_A,
    "NodeB as printed": NODE_B,
    "unknown keyword": with_lines("priorty 100"),
    "not in this block": with_lines("garp_interval 0.1"),
    "priority 0": with_lines("priority 0"),
    "priority 256": with_lines("priority 256"),
    "VRID 256": with_lines("virtual_router_id 256"),
    "one VRID for overlapping lists of peers": with_lines(
        "unicast_src_ip 192.168.8.4", "unicast_peer {", "192.168.8.6", "192.168.8.7", "}"
    )
    + with_lines("unicast_src_ip 192.168.8.4", "unicast_peer {", "192.168.8.7", "}")
    .replace("VI_1", "VI_2")
    .replace(".100", ".101"),
    "one VRID without peers": with_lines() + with_lines().replace("VI_1", "VI_2").replace(".100", ".101"),
    "no password": with_lines("authentication {", "auth_type PASS", "}"),
    "fraction in version 2": with_lines("advert_int 0.5"),
    "interval in version 3": with_lines("version 3", "advert_int 41"),
    "two families": with_lines("virtual_ipaddress {", "fe80::1/64", "}"),
    "unknown script": with_lines("track_script {", "chk", "}"),
    "two addresses on a line": with_lines().replace("100/24", "100/24 192.168.8.101/24"),
    "one brace too many": with_lines("}"),
    "open quote": with_lines('notify "/bin/true'),
    "one name twice": with_lines() + with_lines().replace("51", "52").replace("100", "101"),
}

#: keepalived complains of some of them, and starts.
TOLERATED = {
    "strict and a password": with_lines("strict_mode", "authentication {", "auth_type PASS", "auth_pass 1111", "}"),
    "state in lower case": with_lines("state backup"),
    "a state of another program": with_lines("state SLAVE"),
    "password of 9 octets": with_lines("authentication {", "auth_type PASS", "auth_pass 123456789", "}"),
    "password in version 3": with_lines("version 3", "authentication {", "auth_type PASS", "auth_pass 1111", "}"),
    "no address": with_lines().replace("192.168.8.100/24", ""),
    "no pause": "global_defs {\nvrrp_garp_interval 0\nvrrp_gna_interval 0.0\n}\n" + with_lines(),
    "prefixes": with_lines("unicast_src_ip 192.168.8.4/24", "unicast_peer {", "192.168.8.6/255.255.255.0", "}"),
    "prefix of a group": with_lines("mcast_dst_ip 224.0.0.20/32"),
    "itself among its peers": with_lines(
        "mcast_src_ip 192.168.8.4", "unicast_peer {", "192.168.8.4", "192.168.8.6", "}"
    ),
    "a peer twice": with_lines("unicast_peer {", "192.168.8.6", "192.168.8.6", "}"),
    "no peer": with_lines("unicast_src_ip 192.168.8.4", "unicast_peer {", "}"),
    "security off": "global_defs {\nenable_script_security off\n}\n" + with_lines(),
    "a flag with a value": with_lines("nopreempt true", "dont_track_primary 1"),
    "an address in two instances": with_lines() + with_lines().replace("VI_1", "VI_2").replace("51", "52"),
    "a VRID for two lists of peers": with_lines("unicast_peer {", "192.168.8.6", "}")
    + with_lines("unicast_peer {", "192.168.8.7", "}").replace("VI_1", "VI_2").replace(".100", ".101"),
    "a VRID with peers and without": with_lines("unicast_peer {", "192.168.8.6", "}")
    + with_lines().replace("VI_1", "VI_2").replace(".100", ".101"),
    "a macvlan for two instances": with_lines("use_vmac vrrp")
    + with_lines("use_vmac vrrp").replace("VI_1", "VI_2").replace("51", "52").replace(".100", ".101"),
    "another encoding in a comment": with_lines("# caf\udce9"),
}


@pytest.fixture(scope="module")
def keepalived(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keepalived")
    commands = (
        "ip link add eth0 type veth peer name eth1 &&"
        ' exec keepalived --config-test="$1/log" -f "$1/conf" -p "$1/pid" -r "$1/vrrp"'
    )

    def accepts(text):
        (folder / "conf").write_text(text, encoding="utf-8", errors="surrogateescape")
        done = subprocess.run(
            ["unshare", "--net", "sh", "-c", commands, "sh", str(folder)],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        said = (folder / "log").read_text(encoding="utf-8") if (folder / "log").exists() else ""
        (folder / "log").unlink(missing_ok=True)
        assert done.returncode in (0, 4, 5), done.stderr
        return done.returncode == 0, said + done.stderr

    return accepts


@pytest.mark.parametrize("text", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_keepalived_and_we_accept_the_file(keepalived, text):
    accepted, said = keepalived(text)
    assert accepted, said
    assert load(text, "f").instances


@pytest.mark.parametrize("text", TOLERATED.values(), ids=TOLERATED.keys())
def test_keepalived_accepts_the_file_and_we_warn(keepalived, text):
    _accepted, said = keepalived(text)
    assert not any(word in said for word in ("Unknown keyword", "unmatched", "Non-existent", "conflict"))
    report = inspect(text, "f")
    assert report.problems == ()
    assert report.tolerated


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED.keys())
def test_keepalived_and_we_refuse_the_file(keepalived, text):
    accepted, said = keepalived(text)
    assert not accepted, said
    with pytest.raises(ConfigError):
        load(text, "f")
