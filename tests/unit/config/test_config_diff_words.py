# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a plan says in words what changes, and whether the peer must follow."""

from __future__ import annotations

import pytest
from smallest_file import LEAST, configuration

from vrrp.config.diff import Diff, DiffEntry, FieldChange, compare

KEY = "00" * 32


def plan(old, new):
    return compare(configuration(**old), configuration(**new))


def instance_changes(old, new):
    (entry,) = plan({"lines": old}, {"lines": new}).instances
    return entry.changes


# (lines before, lines after, field, words before, words after, must the peer follow)
FIELDS = [
    ("", "mcast_dst_ip 224.0.0.9", "mcast_dst_ip", "", "224.0.0.9", True),
    ("", "down_timer_adverts 5", "down_timer_adverts", "3", "5", True),
    ("", "v3_checksum_as_v2", "v3_checksum_as_v2", "False", "True", False),
    ("", "mcast_src_ip 192.0.2.9", "mcast_src_ip", "", "192.0.2.9", False),
    ("", "no_accept", "accept", "True", "False", False),
    ("", "use_vmac vip0", "vmac", "", "use_vmac vip0", False),
    (
        "unicast_peer {\n192.0.2.9\n}",
        "unicast_peer {\n192.0.2.9 min_ttl 3\n}",
        "ttl_limits",
        "",
        "192.0.2.9 min_ttl 3 max_ttl 255",
        False,
    ),
    (
        "",
        "virtual_ipaddress_excluded {\nfe80::9/64 -nodad home preferred_lft forever\n}",
        "excluded",
        "",
        "fe80::9/64 preferred_lft forever home -nodad",
        False,
    ),
    (
        "",
        "virtual_routes {\nblackhole 10.0.0.0/8 metric 5\nany nexthop via 10.0.0.1 dev eth1 nexthop via 10.0.0.2\n}",
        "routes",
        "",
        "blackhole 10.0.0.0/8 metric 5, 0.0.0.0/0 nexthop via 10.0.0.1 dev eth1 nexthop via 10.0.0.2",
        False,
    ),
    (
        "",
        "virtual_rules {\nnot from 10.0.0.0/8 fwmark 1/2 table main preference 5\n}",
        "rules",
        "",
        "not from 10.0.0.0/8 fwmark 1/2 preference 5 table main",
        False,
    ),
    (
        "",
        "track_interface {\neth1 weight -5 reverse\n}",
        "track.interfaces",
        "",
        "eth1 weight -5 reverse",
        False,
    ),
    (
        "",
        "@hotstandby track_tcp 127.0.0.1 80",
        "track.tcp",
        "",
        "127.0.0.1 80 interval 1 timeout 1 rise 1 fall 3 weight 0",
        False,
    ),
    (
        "",
        '@hotstandby track_http http://127.0.0.1/ status 200,300-399 body "o k" verify',
        "track.http",
        "",
        'http://127.0.0.1/ status 200,300-399 body "o k" verify interval 2 timeout 2 rise 1 fall 3 weight 0',
        False,
    ),
    ("", "@hotstandby track_unit a", "track.units", "", "a.service interval 1 timeout 1 rise 1 fall 1 weight 0", False),
    ("", "garp_extra_if all 5", "garp.extra_if_s", "0.0", "5.0", False),
    ("", "notify_deleted /bin/d", "notify.deleted", "", "/bin/d", False),
]


@pytest.mark.parametrize(("old", "new", "field", "before", "after", "follow"), FIELDS)
def test_a_changed_field_is_shown_in_words(old, new, field, before, after, follow):
    changes = instance_changes(old, new)
    assert FieldChange(field, before, after, follow) in changes
    assert all(change.peer_must_follow is False for change in changes if change.field != field)


def hmac(keys=(1,), active=1, options=""):
    lines = "\n".join(f'key {number} "{str(number) * 32}"' for number in keys)
    return f"auth_hmac {{\n{lines}\nactive_key {active}\n{options}\n}}"


@pytest.mark.parametrize(
    ("old", "new", "follow"),
    [
        ("", hmac(), True),
        ("", hmac(options="mode receive-only"), False),
        (hmac(options="mode receive-only"), hmac(options="mode permissive"), False),
        (hmac(options="mode permissive"), hmac(), False),
        (hmac(options="mode receive-only"), hmac(), True),
        (hmac(), "", True),
        (hmac(), hmac((1, 2)), False),
        (hmac((1, 2)), hmac((1, 2), 2), False),
        (hmac((1, 2), 2), hmac((2,), 2), False),
        (hmac(), hmac((2,), 2), True),
        (hmac(), hmac((1, 2), 2), True),
        (hmac(), hmac(options="anti_replay monotonic"), True),
        (hmac(), hmac(options="time_window 9"), False),
    ],
)
def test_the_peer_must_follow_unless_signatures_come_in_three_steps(old, new, follow):
    changes = instance_changes(old, new)
    assert [(change.field, change.peer_must_follow) for change in changes] == [("hmac", follow)]


def test_a_plan_shows_no_key():
    found = plan({"lines": hmac((1, 2))}, {"lines": hmac((1,)).replace("1" * 32, "sesame" * 6)})
    assert "sesame" not in repr(found)
    assert "1" * 32 not in repr(found)
    (change,) = found.instances[0].changes
    assert change.new == "key 1 ******** active_key 1 anti_replay time time_window 5 mode enforce"
    one = {"lines": "auth_hmac {\nkey 1 file:/etc/a\nactive_key 1\n}"}
    assert plan({}, one).instances[0].changes[0].new.startswith("key 1 file:/etc/a active_key 1")


BLOCKS = """\
vrrp_track_process p {
process nginx
}
track_file f {
file /run/f
}
vrrp_sync_group G {
group {
VI_1
}
}
garp_group {
garp_interval 1
interfaces {
eth0 eth1
}
}
interface_up_down_delays {
eth0 1
}
track_group T {
group {
VI_1
}
}
static_ipaddress {
10.0.0.1/8
}
static_routes {
10.9.0.0/16 via 10.0.0.9
}
static_rules {
from 10.0.0.0/8 table 100 preference 7
}
"""
NAMES = {
    "processes": ("vrrp_track_process", "p"),
    "files": ("track_file", "f"),
    "sync_groups": ("vrrp_sync_group", "G"),
    "garp_groups": ("garp_group", "eth0, eth1"),
    "interface_delays": ("interface_up_down_delays", "eth0"),
    "static_addresses": ("static_ipaddress", "10.0.0.1/8 dev eth0"),
    "static_routes": ("static_routes", "10.9.0.0/16 via 10.0.0.9"),
    "static_rules": ("static_rules", "from 10.0.0.0/8 preference 7 table 100"),
    "track_groups": ("track_group", "T"),
}


@pytest.mark.parametrize(("old", "new", "kind"), [("", BLOCKS, "added"), (BLOCKS, "", "removed")])
def test_every_block_can_be_added_and_removed(old, new, kind):
    found = plan({"blocks": old}, {"blocks": new})
    assert found == Diff(**{field: (DiffEntry(name, kind),) for field, (_keyword, name) in NAMES.items()})
    assert found
    assert found.texts == [f"{keyword} {name} {kind}" for keyword, name in NAMES.values()]
    assert not found.peer_must_follow


@pytest.mark.parametrize(
    ("old", "new", "field", "change"),
    [
        ("process nginx", "process nginx x", "processes", FieldChange("parameters", "", "x")),
        ("file /run/f", "file /run/f\nweight 2", "files", FieldChange("weight", "1", "2")),
        (
            "group {\nVI_1\n}\n}\ngarp",
            "group {\nVI_1\n}\nnotify /bin/n\n}\ngarp",
            "sync_groups",
            FieldChange("notify.any", "", "/bin/n"),
        ),
        ("garp_interval 1", "garp_interval 2", "garp_groups", FieldChange("garp_interval_s", "1.0", "2.0")),
        ("eth0 1\n", "eth0 1 0.5\n", "interface_delays", FieldChange("up_s", "0.0", "0.5")),
    ],
)
def test_a_changed_block_is_shown_in_words(old, new, field, change):
    assert BLOCKS.count(old) == 1
    found = plan({"blocks": BLOCKS}, {"blocks": BLOCKS.replace(old, new)})
    (entry,) = getattr(found, field)
    assert (entry.kind, change in entry.changes) == ("changed", True)
    keyword, name = NAMES[field]
    word = change.field[:-2] if change.field.endswith("_s") else change.field
    assert f"{keyword} {name} {word}: {change.old} -> {change.new}" in found.texts


def test_changed_members_of_a_track_group_are_shown():
    second = LEAST[LEAST.index("vrrp_instance") :].replace("LINES", "").replace("VI_1", "VI_2").replace("51", "52")
    blocks = second.replace("2.1/", "2.2/") + "track_group T {\ngroup {\nVI_1\n}\n}"
    (entry,) = plan({"blocks": blocks}, {"blocks": blocks.replace("VI_1\n}\n}", "VI_1 VI_2\n}\n}")}).track_groups
    assert entry == DiffEntry("T", "changed", (FieldChange("members", "VI_1", "VI_1, VI_2"),))


def test_changed_globals_are_shown_in_words():
    found = plan({}, {"globals_": 'notify_fifo /run/f u g\nnotify_fifo_script "/bin/s x"\nvrrp_startup_delay 2'})
    assert found.globals == (
        FieldChange("startup_delay_s", "0.0", "2.0"),
        FieldChange("notify_fifo", "", "/run/f u g script /bin/s x"),
    )
    assert found.texts == ["vrrp_startup_delay: 0.0 -> 2.0", "notify_fifo:  -> /run/f u g script /bin/s x"]


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("advert_int 1", "advert_int 3", "advert_int: 1 -> 3"),
        ("version 3\nadvert_int 0.25", "version 3\nadvert_int 1.5", "advert_int: 0.25 -> 1.5"),
        ("state BACKUP", "state MASTER", "state: BACKUP -> MASTER"),
        ("unicast_peer {\n192.0.2.9\n}", "unicast_peer {\n192.0.2.8\n}", "unicast_peer: 192.0.2.9 -> 192.0.2.8"),
    ],
)
def test_the_texts_have_the_words_of_the_file(old, new, text):
    assert f"VI_1 {text}" in plan({"lines": old}, {"lines": new}).texts
