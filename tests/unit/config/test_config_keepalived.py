# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same files before the real keepalived: what we load it accepts, and what it refuses we refuse.

It runs ``keepalived -t``, which reads the file and ends, in a network namespace of its own that has an eth0.
"""

from __future__ import annotations

import subprocess

import pytest
from test_config_article import NODE_A, NODE_B

from vrrp.config.loader import ConfigError, load

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
}

REFUSED = {
    "NodeA as printed": NODE_A,
    "NodeB as printed": NODE_B,
    "unknown keyword": with_lines("priorty 100"),
    "not in this block": with_lines("garp_interval 0.1"),
    "priority 0": with_lines("priority 0"),
    "priority 256": with_lines("priority 256"),
    "VRID 256": with_lines("virtual_router_id 256"),
    "state in lower case": with_lines("state backup"),
    "password of 9 octets": with_lines("authentication {", "auth_type PASS", "auth_pass 123456789", "}"),
    "password in version 3": with_lines("version 3", "authentication {", "auth_type PASS", "auth_pass 1111", "}"),
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


@pytest.fixture(scope="module")
def keepalived(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keepalived")
    commands = (
        "ip link add eth0 type veth peer name eth1 &&"
        ' exec keepalived --config-test="$1/log" -f "$1/conf" -p "$1/pid" -r "$1/vrrp"'
    )

    def accepts(text):
        (folder / "conf").write_text(text, encoding="utf-8")
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
def test_both_accept(keepalived, text):
    accepted, said = keepalived(text)
    assert accepted, said
    assert load(text, "f").instances


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED.keys())
def test_both_refuse(keepalived, text):
    accepted, said = keepalived(text)
    assert not accepted, said
    with pytest.raises(ConfigError):
        load(text, "f")
