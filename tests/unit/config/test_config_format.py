# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a value of the model is shown in the words of the file, and a password or a key never."""

from __future__ import annotations

from ipaddress import ip_address, ip_interface, ip_network

import pytest

from vrrp.config.format import format_value
from vrrp.config.model.configuration import (
    Authentication,
    AuthHmac,
    Fifo,
    HmacKey,
    NotifyCommand,
    PeerStatus,
    TtlLimit,
    VirtualAddress,
    Vmac,
)
from vrrp.config.model.routes import NextHop, Route, Rule
from vrrp.config.model.trackers import Tracked, TrackedGateway, TrackedHttp, TrackedTcp, TrackedUnit

HOST, NETWORK, GATEWAY = ip_interface("192.0.2.1/24"), ip_network("192.0.2.0/24"), ip_address("192.0.2.9")
OTHER = ip_network("10.0.0.0/8")
FLAGS = ("use_vmac", "no_track", "autojoin", "noprefixroute", "mngtmpaddr", "home")
TIMES = "interval 1 timeout 1 rise 1 fall 3 weight 0"
VALUES = [
    (None, ""),
    ("", ""),
    ("a b", "a b"),
    (False, "False"),
    (0, "0"),
    (1.5, "1.5"),
    (GATEWAY, "192.0.2.9"),
    ((), ""),
    (("a", 1, None), "a, 1, "),
    ((VirtualAddress(HOST), VirtualAddress(ip_interface("fe80::1/64"))), "192.0.2.1/24, fe80::1/64"),
    (Authentication("PASS", "sesame"), "PASS ********"),
    (Authentication("AH", "sesame"), "AH ********"),
    (
        AuthHmac((HmacKey(1, b"sesame" * 6), HmacKey(255, file="/etc/k")), 255, "monotonic", 9, "permissive"),
        "key 1 ******** key 255 file:/etc/k active_key 255 anti_replay monotonic time_window 9 mode permissive",
    ),
    (VirtualAddress(HOST), "192.0.2.1/24"),
    (
        VirtualAddress(HOST, "eth1", "+", "eth1:1", "link", ip_interface("192.0.2.2/30"), preferred_lft_s=0),
        "192.0.2.1/24 brd + dev eth1 label eth1:1 scope link peer 192.0.2.2/30 preferred_lft 0",
    ),
    (VirtualAddress(HOST, track_group="T", preferred_lft_s=4294967295),
     "192.0.2.1/24 preferred_lft forever track_group T"),
    (VirtualAddress(HOST, preferred_lft_s=4294967294, nodad=False), "192.0.2.1/24 preferred_lft 4294967294 -nodad"),
    (
        VirtualAddress(HOST, **dict.fromkeys(FLAGS, True)),
        "192.0.2.1/24 home mngtmpaddr noprefixroute autojoin no_track use_vmac",
    ),
    (NextHop(), ""),
    (NextHop(GATEWAY, "eth1", 256, True), "via 192.0.2.9 dev eth1 weight 256 onlink"),
    (Route(NETWORK), "192.0.2.0/24"),
    (Route(NETWORK, "blackhole", metric=0), "blackhole 192.0.2.0/24 metric 0"),
    (Route(NETWORK, hops=(NextHop(device="eth1"),), table=254, protocol=18),
     "192.0.2.0/24 dev eth1 table main protocol keepalived"),
    (
        Route(NETWORK, hops=(NextHop(GATEWAY), NextHop(device="b", weight=2))),
        "192.0.2.0/24 nexthop via 192.0.2.9 nexthop dev b weight 2",
    ),
    (
        Route(NETWORK, "local", (), GATEWAY, 100, 7, "host", 99, 16, 1400, True, 1360, True, "T"),
        "local 192.0.2.0/24 src 192.0.2.9 table 100 metric 7 scope host protocol 99 tos 16 mtu lock 1400 advmss 1360 "
        "no_track track_group T",
    ),
    (Route(NETWORK, mtu=1400), "192.0.2.0/24 mtu 1400"),
    (Rule(4, table=255), "table local"),
    (Rule(6, "goto", goto=9, priority=5), "inet6 preference 5 goto 9"),
    (Rule(4, "prohibit", source=NETWORK, fwmark=0), "from 192.0.2.0/24 fwmark 0 prohibit"),
    (
        Rule(4, "table", 100, None, NETWORK, OTHER, True, 0, 1, 255, 16, "a", "b", 0, 8, 4, True, "T"),
        "not from 192.0.2.0/24 to 10.0.0.0/8 iif a oif b tos 16 fwmark 1/255 preference 0 protocol static table 100 "
        "suppress_prefixlength 0 suppress_ifgroup 8 no_track track_group T",
    ),
    (Tracked("chk"), "chk weight 0"),
    (Tracked("chk", -5, True), "chk weight -5 reverse"),
    (TrackedGateway(GATEWAY), f"192.0.2.9 {TIMES}"),
    (
        TrackedGateway(GATEWAY, 0.5, 0.25, 2, 4, -9, "eth1"),
        "192.0.2.9 interval 0.5 timeout 0.25 rise 2 fall 4 weight -9 interface eth1",
    ),
    (TrackedTcp(GATEWAY, 80), f"192.0.2.9 80 {TIMES}"),
    (TrackedHttp("http://192.0.2.9/", interval_s=1.0, timeout_s=1.0), f"http://192.0.2.9/ status 200-399 {TIMES}"),
    (
        TrackedHttp("http://192.0.2.9/", ((200, 200), (300, 399)), "", "a.b", True, 1.0, 1.0),
        f'http://192.0.2.9/ status 200,300-399 body "" host a.b verify {TIMES}',
    ),
    (TrackedUnit("a.service"), "a.service interval 1 timeout 1 rise 1 fall 1 weight 0"),
    (NotifyCommand(("/bin/n", "x")), "/bin/n x"),
    (NotifyCommand(("/bin/n",), "u", "g"), "/bin/n u g"),
    (Fifo("/run/f"), "/run/f"),
    (Fifo("/run/f", "u", "g", script=NotifyCommand(("/bin/s", "x"), "v")), "/run/f u g script /bin/s x v"),
    (TtlLimit(GATEWAY, 3), "192.0.2.9 min_ttl 3 max_ttl 255"),
    (Vmac(), "use_vmac"),
    (PeerStatus(ip_address("192.0.2.1")), "192.0.2.1 port 61112 key /etc/hotstandby/peer.key"),
    (
        PeerStatus(ip_address("192.0.2.1"), ip_address("192.0.2.2"), 2000, "/k", (b"secret",)),
        "192.0.2.1 from 192.0.2.2 port 2000 key /k",
    ),
    (Vmac("vip0", "02:00:00:00:00:01", True), "use_vmac vip0 02:00:00:00:00:01 vmac_xmit_base"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "text"), VALUES)
def test_a_value_is_shown_in_the_words_of_the_file(value, text):
    assert format_value(value) == text
