# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that values of keywords with a special form in an inventory are read."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.keyword_readers import (
    delay,
    deleted,
    extra_interfaces,
    fifo,
    garp_group,
    peer,
    track_group,
    vmac,
)


@pytest.mark.parametrize(
    ("read", "value", "expected"),
    [
        (vmac, "yes", True),
        (vmac, False, False),
        (vmac, "vrrp51", "vrrp51"),
        (vmac, " vrrp51  02:00:5e:10:00:33", "vrrp51 02:00:5e:10:00:33"),
        (deleted, True, True),
        (deleted, False, False),
        (deleted, "/bin/gone x", "/bin/gone x"),
        (deleted, {"command": "/bin/gone", "user": "root"}, {"command": "/bin/gone", "user": "root"}),
        (peer, "192.168.8.6", "192.168.8.6"),
        (peer, " FD00::6  min_ttl 255", "fd00::6 min_ttl 255"),
        (peer, "192.168.8.6 min_ttl 1 max_ttl 64", "192.168.8.6 min_ttl 1 max_ttl 64"),
        (extra_interfaces, 30, "30"),
        (extra_interfaces, "0", "0"),
        (extra_interfaces, " all  86400 ", "all 86400"),
    ],
)
def test_a_value_is_read(read, value, expected):
    found = read(value)
    assert (found, type(found)) == (expected, type(expected))


PEER = "is not an address, optionally with min_ttl and max_ttl"


@pytest.mark.parametrize(
    ("read", "value", "text"),
    [
        (vmac, "a {", "'a {' is not a line of words as the configuration file has them"),
        (deleted, "", 'it must be one line without any "'),
        (peer, "", "'' is not an IP address"),
        (peer, "node-b", "'node-b' is not an IP address"),
        (peer, "192.168.8.6/24", "'192.168.8.6/24' is not an IP address"),
        (peer, "192.168.8.6 min_ttl", f"'192.168.8.6 min_ttl' {PEER}"),
        (peer, "192.168.8.6 ttl 3", f"'192.168.8.6 ttl 3' {PEER}"),
        (peer, "192.168.8.6 min_ttl 2000", f"'192.168.8.6 min_ttl 2000' {PEER}"),
        (peer, "192.168.8.6 min_ttl -1", f"'192.168.8.6 min_ttl -1' {PEER}"),
        (extra_interfaces, "", "'' is not seconds, nor all and seconds"),
        (extra_interfaces, "some 30", "'some 30' is not seconds, nor all and seconds"),
        (extra_interfaces, "all 30 s", "'all 30 s' is not seconds, nor all and seconds"),
        (extra_interfaces, "all", "'all' is not a number from 0 to 86400: seconds"),
        (extra_interfaces, "all 86401", "'86401' is not a number from 0 to 86400: seconds"),
    ],
)
def test_a_value_is_refused(read, value, text):
    with pytest.raises(ValueError) as caught:
        read(value)
    assert str(caught.value) == text


EXTRA = {"path": "/run/f", "user": "root adm", "script": "/bin/r"}


@pytest.mark.parametrize(
    ("read", "value", "expected"),
    [
        (fifo, "/run/f", "/run/f"),
        (fifo, {"path": "/run/f"}, {"path": "/run/f"}),
        (fifo, {"script": "/bin/r", "user": "root  adm", "path": "/run/f"}, EXTRA),
        (fifo, {"path": "/run/f", "user": None, "script": None}, {"path": "/run/f"}),
        (delay, {"interface": "eth0", "down": "1.5"}, {"interface": "eth0", "down": 1.5}),
        (delay, {"up": 0, "down": 255, "interface": "eth0"}, {"interface": "eth0", "down": 255, "up": 0}),
        (garp_group, {"interfaces": "eth0", "garp_interval": 0}, {"interfaces": ["eth0"], "garp_interval": 0}),
        (
            garp_group,
            {"gna_interval": "0.5", "garp_interval": 4294, "interfaces": ["eth0", "eth1"]},
            {"interfaces": ["eth0", "eth1"], "garp_interval": 4294, "gna_interval": 0.5},
        ),
        (track_group, {"group": "VI_1", "name": "all"}, {"name": "all", "group": ["VI_1"]}),
        (track_group, {"name": "all", "group": ["VI_1", "VI_2"]}, {"name": "all", "group": ["VI_1", "VI_2"]}),
    ],
)
def test_a_mapping_is_read_in_the_order_of_the_file(read, value, expected):
    found = read(value)
    assert found == expected
    assert list(found) == list(expected)


DELAY = "it is a mapping of interface, down and optionally up (seconds)"
GARP = "it is a mapping of interfaces, and garp_interval or gna_interval (seconds)"
TRACK = "it is a mapping of name and group"


@pytest.mark.parametrize(
    ("read", "value", "text"),
    [
        (fifo, "run/f", "'run/f' is not an absolute path of plain characters"),
        (fifo, {"script": "/bin/r"}, "a mapping names its path"),
        (fifo, {"path": "/f", "mode": 1}, "'mode' is not a word of a FIFO (known are path, user, script)"),
        (fifo, {"path": "/f", "user": "a b c"}, "'a b c' is not a user, nor a user and a group"),
        (fifo, {"path": "/f", "script": ""}, 'it must be one line without any "'),
        (delay, "eth0 1", DELAY),
        (delay, {"interface": "eth0", "up": 1}, DELAY),
        (delay, {"down": 1}, DELAY),
        (
            delay,
            {"interface": "eth0", "down": 1, "left": 2},
            "'left' is not a word of a delay (known are interface, down, up)",
        ),
        (delay, {"interface": "eth0", "down": -1}, "'-1' is not a number from 0 to 255: seconds"),
        (delay, {"interface": "eth0", "down": 1, "up": 256}, "'256' is not a number from 0 to 255: seconds"),
        (garp_group, ["eth0"], GARP),
        (garp_group, {"interfaces": [], "garp_interval": 1}, GARP),
        (garp_group, {"interfaces": "eth0", "gna_interval": 4295}, "'4295' is not a number from 0 to 4294: seconds"),
        (track_group, "all", TRACK),
        (track_group, {"name": "all", "group": []}, TRACK),
        (track_group, {"group": "VI_1"}, TRACK),
        (
            track_group,
            {"name": "all", "group": "VI_1", "x": 1},
            "'x' is not a word of a track group (known are name, group)",
        ),
    ],
)
def test_a_mapping_is_refused(read, value, text):
    with pytest.raises(ValueError) as caught:
        read(value)
    assert str(caught.value) == text
