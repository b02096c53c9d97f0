# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the lab's configurations are those in the text of the article."""

from __future__ import annotations

import pytest

from lab.example_pair import NODE_A, NODE_B, script, unicast_pair, whole

ARTICLE = """\
vrrp_instance VI_1 {
    state MASTER
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
}
"""


def test_node_a_is_the_articles_master():
    assert NODE_A.block() == ARTICLE
    assert (NODE_B.state, NODE_B.priority) == ("BACKUP", 90)


def test_version_3_carries_no_password():
    text = NODE_A.but(version=3, advert_int=0.1).block()
    assert "version 3" in text and "advert_int 0.1" in text and "auth" not in text


def test_each_unicast_node_names_the_other():
    a, b = unicast_pair()
    assert "unicast_src_ip 192.168.8.4" in a.block() and "192.168.8.6" in a.block()
    assert "unicast_src_ip 192.168.8.6" in b.block() and "192.168.8.4" in b.block()


@pytest.mark.parametrize(
    "instance, expected_s",
    [
        (NODE_B, 3 + 166 / 256),  # v2: the skew is in seconds
        (NODE_B.but(version=3, advert_int=0.1), 0.3 + 0.1 * 166 / 256),  # v3: in advertisement intervals
    ],
)
def test_master_down_interval(instance, expected_s):
    assert instance.master_down_interval_s == pytest.approx(expected_s)


def test_blocks_come_in_the_order_given():
    text = whole([NODE_A, NODE_B.but(name="VI_2")], "NodeA", script("chk", "/bin/true", interval=1))
    assert text.index("router_id NodeA") < text.index("vrrp_script chk {") < text.index("VI_1") < text.index("VI_2")
