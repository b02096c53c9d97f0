# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the two configurations of the article, which lack their last brace, are loaded with it."""

from __future__ import annotations

from ipaddress import IPv4Interface

import pytest

from vrrp.config.loader import ConfigError, load
from vrrp.config.model.configuration import Authentication, Configuration, Globals, Instance, VirtualAddress

NODE_A = """\
global_defs {
    router_id NodeA
}
vrrp_instance VI_1 {
    state MASTER    #设置为主服务器
    interface eth0  #监测网络接口
    virtual_router_id 51  #主、备必须一样
    priority 100   #(主、备机取不同的优先级，主机值较大，备份机值较小,值越大优先级越高)
    advert_int 1   #VRRP Multicast广播周期秒数
    authentication {
\tauth_type PASS  #VRRP认证方式，主备必须一致
\tauth_pass 1111   #(密码)
}
virtual_ipaddress {
\t192.168.8.100/24  #VRRP HA虚拟地址
}
"""

NODE_B = """\
global_defs {
    router_id NodeB
}
vrrp_instance VI_1 {
    state BACKUP    #设置为主服务器
    interface eth0  #监测网络接口
    virtual_router_id 51  #主、备必须一样
\tpriority 90   #(主、备机取不同的优先级，主机值较大，备份机值较小,值越大优先级越高)
    advert_int 1   #VRRP Multicast广播周期秒数
    authentication {
\tauth_type PASS  #VRRP认证方式，主备必须一致
\tauth_pass 1111   #(密码)
}
virtual_ipaddress {
\t192.168.8.100/24  #VRRP HA虚拟地址
}
"""


@pytest.mark.parametrize("text", [NODE_A, NODE_B], ids=["NodeA", "NodeB"])
def test_the_article_as_printed_lacks_its_last_brace(text):
    with pytest.raises(ConfigError) as raised:
        load(text, "keepalived.conf")
    assert [str(problem) for problem in raised.value.problems] == [
        'keepalived.conf:4:1: error: the block "vrrp_instance VI_1" is never closed. Each { needs its }'
        " (add the missing } where this block ends)"
    ]


@pytest.mark.parametrize(
    ("text", "router_id", "state", "priority"),
    [(NODE_A, "NodeA", "MASTER", 100), (NODE_B, "NodeB", "BACKUP", 90)],
    ids=["NodeA", "NodeB"],
)
def test_the_article_with_its_brace_is_loaded(text, router_id, state, priority):
    assert load(text + "}\n", "keepalived.conf") == Configuration(
        path="keepalived.conf",
        globals=Globals(router_id=router_id),
        instances=(
            Instance(
                name="VI_1",
                interface="eth0",
                virtual_router_id=51,
                line=4,
                addresses=(VirtualAddress(IPv4Interface("192.168.8.100/24")),),
                initial_state=state,
                priority=priority,
                advert_int_cs=100,
                version=2,
                authentication=Authentication("PASS", "1111"),
            ),
        ),
    )
