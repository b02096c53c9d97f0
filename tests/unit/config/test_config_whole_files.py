# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that whole files like keepalived's own examples are read, and that parts of other daemons are named."""

from __future__ import annotations

import pytest

from vrrp.config.loader import inspect

LOAD_BALANCER = """
global_defs {
   notification_email {
     admin@example.com
   }
   router_id lb1
}
SSL {
    password sesame
}
virtual_server 192.0.2.9 80 {
    delay_loop 6
    lb_algo rr
    real_server 192.0.2.10 80 {
        weight 1
        HTTP_GET {
            url {
                path /
                digest 640205b7b0fc66c1ea91c463fac6334d
            }
        }
    }
}
virtual_server group web {
}
"""

SYNC = """
! a pair of networks that move together
vrrp_sync_group G1 {
    group {
        inside   # one
        outside
    }
    notify_master "/usr/local/bin/told master"
}
$COMMON= \\
    state BACKUP \\
    virtual_router_id 51 \\
    @lb1 priority 150 \\
    @lb2 priority 100
vrrp_instance inside {
    interface eth0
    $COMMON
    virtual_ipaddress {
        ~SEQ(N, 1, 3) 192.0.2.${N}/24 dev eth0
    }
}
vrrp_instance outside {
    interface eth1
    $COMMON
    virtual_ipaddress {
        ~LST({NET, HOST}, {113, 1}, {113, 9}) 203.0.${NET}.${HOST}/24
    }
    virtual_routes {
        198.51.100.0/24 via 203.0.113.254 dev eth1
    }
}
"""

NODES = """
global_defs {
    @lb1 router_id first
    @lb2 router_id second
    @^lb1 vrrp_version 3
}
vrrp_script chk {
    @lb1 script "/bin/sh -c 'test $((1 + 1)) = 2'"
    @^lb1 script /bin/true
    interval 2
}
vrrp_instance V {
    interface eth0
    virtual_router_id 7
    @lb1 unicast_src_ip 192.0.2.1
    @lb2 unicast_src_ip 192.0.2.2
    unicast_peer {
        @^lb1 192.0.2.1
        @^lb2 192.0.2.2
    }
    virtual_ipaddress { 192.0.2.9/24 }
    track_script { chk }
}
"""


@pytest.mark.parametrize(
    ("text", "config_id", "names"),
    [(LOAD_BALANCER, "lb1", []), (SYNC, "lb1", ["inside", "outside"]), (SYNC, "lb2", ["inside", "outside"]),
     (NODES, "lb1", ["V"]), (NODES, "lb2", ["V"])],
)  # fmt: skip
def test_a_whole_file_is_read(text, config_id, names):
    report = inspect(text, "f", config_id)
    assert report.problems == ()
    assert [each.name for each in report.configuration.instances] == names


def test_parts_of_other_daemons_are_named_and_skipped():
    said = "\n".join(map(str, inspect(LOAD_BALANCER, "f").warnings))
    assert "f:3:4: warning: notification_email has no effect" in said
    assert "f:8:1: warning: SSL is not ours" in said
    assert "sesame" not in said


def test_parameters_and_sequences_reach_the_model():
    inside, outside = inspect(SYNC, "f", "lb1").configuration.instances
    assert (inside.priority, outside.virtual_router_id) == (150, 51)
    assert [str(each.address) for each in inside.addresses] == ["192.0.2.1/24", "192.0.2.2/24", "192.0.2.3/24"]
    assert [str(each.address) for each in outside.addresses] == ["203.0.113.1/24", "203.0.113.9/24"]
    assert [each.priority for each in inspect(SYNC, "f", "lb2").configuration.instances] == [100, 100]


def test_each_node_reads_its_own_lines():
    first = inspect(NODES, "f", "lb1").configuration
    second = inspect(NODES, "f", "lb2").configuration
    assert (first.globals.router_id, second.globals.router_id) == ("first", "second")
    assert [str(each.instances[0].unicast_peers[0]) for each in (first, second)] == ["192.0.2.2", "192.0.2.1"]
    assert first.scripts[0].command == ("/bin/sh", "-c", "test $((1 + 1)) = 2")
