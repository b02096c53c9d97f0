# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a plan says what a new file changes."""

from __future__ import annotations

import pytest

from vrrp.config.diff import Diff, DiffEntry, FieldChange, compare
from vrrp.config.loader import load

OLD = """\
global_defs {
    router_id NodeA
}
vrrp_script chk {
    script /bin/true
}
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority 100
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass 1111
    }
    virtual_ipaddress {
        192.168.8.100/24
    }
    track_script {
        chk
    }
}
"""
THREE = OLD.replace("router_id NodeA", "vrrp_version 3").replace(
    "    authentication {\n        auth_type PASS\n        auth_pass 1111\n    }\n", ""
)
UNICAST = OLD.replace(
    "    authentication",
    "    unicast_src_ip 192.168.8.4\n    unicast_peer {\n        192.168.8.6\n    }\n    authentication",
)

# name: (old text, replaced, by, the change, must the peer follow)
CHANGES = {
    "priority": (OLD, "priority 100", "priority 90", FieldChange("priority", "100", "90", False)),
    "VRID": (OLD, "_id 51", "_id 52", FieldChange("virtual_router_id", "51", "52", True)),
    "password": (OLD, "1111", "2222", FieldChange("authentication", "PASS ********", "PASS ********", True)),
    "interval, version 2": (OLD, "advert_int 1", "advert_int 2", FieldChange("advert_int_cs", "100", "200", True)),
    "interval, version 3": (THREE, "advert_int 1", "advert_int 2", FieldChange("advert_int_cs", "100", "200", False)),
    "version": (THREE, "    advert_int 1", "    version 2", FieldChange("version", "3", "2", True)),
    "address": (OLD, ".100/24", ".101/24", FieldChange("addresses", "192.168.8.100/24", "192.168.8.101/24", True)),
    "prefix": (OLD, ".100/24", ".100/25", FieldChange("addresses", "192.168.8.100/24", "192.168.8.100/25", False)),
    "device": (
        OLD,
        ".100/24",
        ".100/24 dev eth1",
        FieldChange("addresses", "192.168.8.100/24", "192.168.8.100/24 dev eth1", False),
    ),
    "unicast": (
        OLD,
        "    advert_int 1",
        "    unicast_peer { 192.168.8.6 }",
        FieldChange("unicast_peers", "", "192.168.8.6", True),
    ),
    "source address, unicast": (
        UNICAST,
        "unicast_src_ip 192.168.8.4",
        "unicast_src_ip 192.168.8.5",
        FieldChange("unicast_src_ip", "192.168.8.4", "192.168.8.5", True),
    ),
    "another peer": (
        UNICAST,
        "192.168.8.6",
        "192.168.8.7",
        FieldChange("unicast_peers", "192.168.8.6", "192.168.8.7", False),
    ),
    "group, multicast": (
        OLD,
        "    advert_int 1",
        "    mcast_dst_ip 224.0.0.99",
        FieldChange("mcast_dst_ip", "", "224.0.0.99", True),
    ),
    "interface": (OLD, "eth0", "eth1", FieldChange("interface", "eth0", "eth1", False)),
    "gratuitous ARP": (
        OLD,
        "    advert_int 1",
        "    garp_master_delay 1",
        FieldChange("garp.delay_s", "5.0", "1.0", False),
    ),
    "notify": (
        OLD,
        "    advert_int 1",
        '    notify "/bin/n x" root',
        FieldChange("notify.any", "", "/bin/n x root", False),
    ),
    "rival": (
        OLD,
        "    advert_int 1",
        "    notify_master_rx_lower_pri /bin/r",
        FieldChange("notify.master_rx_lower_pri", "", "/bin/r", False),
    ),
    "gateway": (
        OLD,
        "    advert_int 1",
        "    @hotstandby track_gateway 192.168.8.1 interval 0.5 weight -9 interface eth1",
        FieldChange(
            "track.gateways",
            "",
            "192.168.8.1 interval 0.5 timeout 0.5 rise 1 fall 3 weight -9 interface eth1",
            False,
        ),
    ),
    "weight": (
        OLD,
        "        chk\n",
        "        chk weight 5\n",
        FieldChange("track.scripts", "chk weight 0", "chk weight 5", False),
    ),
}


@pytest.mark.parametrize("case", CHANGES.values(), ids=CHANGES.keys())
def test_a_plan_has_one_change(case):
    text, old, new, change = case
    assert text.count(old) == 1
    plan = compare(load(text, "f"), load(text.replace(old, new), "f"))
    assert plan == Diff(instances=(DiffEntry("VI_1", "changed", (change,)),))
    assert plan.peer_must_follow is change.peer_must_follow
    assert plan.instances[0].peer_must_follow == ((change.field,) if change.peer_must_follow else ())
    assert plan


def test_comments_and_places_are_no_change():
    plan = compare(load(OLD, "a"), load("# comment\n\n" + OLD, "b"))
    assert plan == Diff()
    assert not plan


def test_a_plan_has_added_and_removed_instances():
    other = OLD.replace("VI_1", "VI_2")
    assert compare(load(OLD, "f"), load(other, "f")).instances == (
        DiffEntry("VI_2", "added"),
        DiffEntry("VI_1", "removed"),
    )


def test_a_plan_has_changes_of_globals_and_scripts():
    new = OLD.replace("NodeA", "NodeB\n@hotstandby vip_lease 5").replace("/bin/true", '"/bin/false x"')
    plan = compare(load(OLD, "f"), load(new, "f"))
    assert plan.globals == (FieldChange("router_id", "NodeA", "NodeB"), FieldChange("vip_lease_s", "", "5"))
    assert plan.scripts == (DiffEntry("chk", "changed", (FieldChange("command", "/bin/true", "/bin/false, x"),)),)
    assert plan.instances == ()


def test_a_plan_shows_no_password():
    plan = compare(load(OLD, "f"), load(OLD.replace("1111", "sesame"), "f"))
    assert "sesame" not in repr(plan)
    assert "1111" not in repr(plan)
