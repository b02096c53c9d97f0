# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that blocks of groups and delays become sync, track and garp groups, and delays of interfaces."""

from __future__ import annotations

import pytest

from vrrp.config.model.configuration import (
    GarpGroup,
    Globals,
    Instance,
    InterfaceDelay,
    NotifyCommand,
    NotifyScripts,
    SyncGroup,
)
from vrrp.config.model.trackers import Script, Tracked, Tracking
from vrrp.config.semantics.globals import Defaults
from vrrp.config.semantics.instance import Context
from vrrp.config.semantics.sections import read
from vrrp.config.semantics.sync_groups import (
    garp_groups,
    groups_by_member,
    interface_delays,
    members,
    sync_groups,
    track_groups,
    with_backups,
)
from vrrp.config.semantics.track_definitions import TrackDefinitions
from vrrp.config.syntax.diagnostics import Diagnostics
from vrrp.config.syntax.parser import parse

NAMES = {"track_script": ("chk",), "track_process": (), "track_file": ()}
KNOWN = TrackDefinitions((Script("chk", ("/bin/true",), weight=10),), (), (), NAMES)
INSTANCES = "\nvrrp_instance A {\n}\nvrrp_instance B {\n}\nvrrp_instance C {\n}"


def tree(text):
    """Return the tree of ``text``, whose first line is line 1, and of three instances behind it."""
    return read(parse(text + INSTANCES, "f"), Diagnostics())


def instance(name, **fields):
    return Instance(name, "eth0", 51, 1, **fields)


def context(root, complete=True, fields=None):
    return Context(Globals(), Defaults(fields or {}, {}, {}), KNOWN, groups_by_member(root), complete, Diagnostics())


def grouped(text, instances=(), **options):
    root = tree(text)
    given = context(root, **options)
    return sync_groups(root, list(instances), given), said(given.findings)


def said(findings):
    return [str(each)[2:] for each in findings.errors + findings.warnings]


def test_the_members_of_a_group_come_with_their_places():
    (section,) = tree("vrrp_sync_group G {\ngroup {\nA B\n}\ngroup { C }\n}").inside("vrrp_sync_group")
    found = [(name, place.line, place.column) for name, place in members(section)]
    assert found == [("A", 3, 1), ("B", 3, 3), ("C", 5, 9)]


def test_the_first_group_that_names_an_instance_counts():
    root = tree("vrrp_sync_group G { group { A B } }\nvrrp_sync_group H { group { B C } }")
    found = {name: section.name for name, section in groups_by_member(root).items()}
    assert found == {"A": "G", "B": "G", "C": "H"}


@pytest.mark.parametrize(
    ("lines", "fields"),
    [
        ("", {}),
        ("sync_group_tracking_weight", {"tracking_weight": True}),
        ("notify_fault /bin/a", {"notify": NotifyScripts(fault=NotifyCommand(("/bin/a",)))}),
        ("track_script { chk }", {"track": Tracking(scripts=(Tracked("chk", 10),))}),
    ],
)
def test_a_sync_group_is_built(lines, fields):
    assert grouped(f"\nvrrp_sync_group G {{\ngroup {{ B A }}\n{lines}\n}}") == (
        (SyncGroup("G", 2, ("B", "A"), **fields),),
        [],
    )


@pytest.mark.parametrize(("line", "expected"), [("", True), ("notify_priority_changes off", False)])
def test_notify_priority_changes_comes_from_global_defs(line, expected):
    text = f"vrrp_sync_group G {{\ngroup {{ A B }}\n{line}\n}}"
    (found,), _said = grouped(text, fields={"notify.priority_changes": True})
    assert found.notify == NotifyScripts(priority_changes=expected)


def test_global_tracking_is_an_old_name():
    (found,), warnings = grouped("vrrp_sync_group G {\ngroup { A B }\nglobal_tracking\n}")
    assert found.tracking_weight is True
    assert warnings == [
        "3:1: warning: global_tracking is the old name of sync_group_tracking_weight"
        " (sync_group_tracking_weight, or track it in the group)"
    ]


@pytest.mark.parametrize(
    ("text", "found", "errors"),
    [
        (
            "vrrp_sync_group GG {\ngroup {\nA\nAA\n}\n}",
            ["A"],
            [
                '4:1: error: vrrp_sync_group "GG" names the unknown instance "AA". each needs its vrrp_instance block',
                '1:1: warning: vrrp_sync_group "GG" has one member. a group is what moves together'
                " (add the other instances)",
            ],
        ),
        (
            "vrrp_sync_group G {\ngroup {\nA B\nA\n}\n}",
            ["A", "B"],
            ['4:1: error: vrrp_sync_group "G" names "A" twice (remove one)'],
        ),
        (
            "vrrp_sync_group G {\n}",
            None,
            ['1:1: error: vrrp_sync_group "G" has no members (add: group { NAME })'],
        ),
        (
            "vrrp_sync_group G {\ngroup { X }\n}",
            None,
            ['2:9: error: vrrp_sync_group "G" names the unknown instance "X". each needs its vrrp_instance block'],
        ),
    ],
)
def test_a_group_lists_its_known_members(text, found, errors):
    groups, messages = grouped(text)
    assert [list(group.members) for group in groups] == ([] if found is None else [found])
    assert messages == errors


def test_an_instance_is_in_one_group():
    text = "vrrp_sync_group G { group { A B } }\nvrrp_sync_group H {\ngroup { B C }\n}"
    groups, messages = grouped(text)
    assert [group.members for group in groups] == [("A", "B"), ("B", "C")]
    assert messages == [
        '3:9: error: "B" is in vrrp_sync_group "G" already. an instance is in one group (remove it from one of them)'
    ]


def test_a_group_that_is_not_closed_lacks_no_member():
    text = "vrrp_sync_group G { group { A } }\nvrrp_sync_group H {\n}"
    assert grouped(text, complete=False) == ((SyncGroup("G", 1, ("A",)),), [])


def test_a_group_of_owners_and_others_is_warned_of():
    text = "vrrp_sync_group G {\ngroup { A B }\ntrack_script {\nchk\n}\n}"
    (found,), messages = grouped(text, (instance("A", priority=255), instance("B")))
    assert found.track == Tracking(scripts=(Tracked("chk", 0),))
    assert messages == [
        '1:1: warning: vrrp_sync_group "G" has owners of their addresses and others. they cannot all be MASTER for long'
        " (give all its members priority 255, or none)",
        "4:1: warning: weight 10 counts as weight 0: FAULT. a member is the owner of its addresses"
        " (weight 0, or a priority below 255)",
    ]
    text = "vrrp_sync_group G { group { A B } }"
    assert grouped(text, (instance("A", priority=255), instance("B", priority=255)))[1] == []


MASTER = {"initial_state": "MASTER", "priority": 255}


@pytest.mark.parametrize(
    ("one", "other", "states"),
    [
        (MASTER, MASTER, ["MASTER", "MASTER", "MASTER"]),
        (MASTER, {}, ["BACKUP", "BACKUP", "MASTER"]),
        (MASTER, {"initial_state": "MASTER", "priority": 254}, ["BACKUP", "BACKUP", "MASTER"]),
        (MASTER, {"initial_state": "BACKUP", "priority": 255}, ["BACKUP", "BACKUP", "MASTER"]),
        ({}, {}, ["BACKUP", "BACKUP", "MASTER"]),
    ],
)
def test_all_members_start_as_backup_where_one_does(one, other, states):
    instances = [instance("A", **one), instance("B", **other), instance("C", **MASTER)]
    found = with_backups(instances, (SyncGroup("G", 1, ("A", "B", "Z")),))
    assert [item.initial_state for item in found] == states
    assert [item.name for item in found] == ["A", "B", "C"]


def test_track_groups_name_instances():
    root = tree("track_group T {\ngroup { B A }\n}\ntrack_group U {\ngroup { X }\n}")
    given = context(root)
    assert track_groups(root, given) == (("T", ("B", "A")), ("U", ()))
    assert said(given.findings) == [
        '5:9: error: track_group "U" names the unknown instance "X". each needs its vrrp_instance block'
    ]


@pytest.mark.parametrize(
    ("text", "expected", "errors"),
    [
        ("garp_group {\ngarp_interval .5\ninterface eth0\n}", [GarpGroup(("eth0",), 0.5)], []),
        ("garp_group {\ngna_interval 0\ninterfaces { eth0 eth1 }\n}", [GarpGroup(("eth0", "eth1"), None, 0.0)], []),
        (
            "garp_group {\ngarp_interval 1\ninterface eth0\ninterfaces { eth1 }\n}",
            [GarpGroup(("eth1", "eth0"), 1.0)],
            [],
        ),
        (
            "garp_group {\ninterface eth0\n}",
            [GarpGroup(("eth0",))],
            ["1:1: error: garp_group has no pause (add: garp_interval 0.001)"],
        ),
        (
            "garp_group {\ngarp_interval 1\n}",
            [GarpGroup((), 1.0)],
            ["1:1: error: garp_group has no interface (add: interfaces { eth0 })"],
        ),
        ("garp_group {\ngarp_interval 1\ninterface a/b\n}", [GarpGroup((), 1.0)], []),
        ("garp_group {\ngarp_interval 1\ninterfaces { a/b }\n}", [GarpGroup((), 1.0)], []),
        (
            "garp_group { garp_interval 1\ninterface a\n}\ngarp_group { garp_interval 2\ninterface a\n}",
            [GarpGroup(("a",), 1.0), GarpGroup(("a",), 2.0)],
            ["5:1: error: a is in a garp_group already, in line 2. an interface has one (remove one)"],
        ),
    ],
)
def test_a_garp_group_is_built(text, expected, errors):
    findings = Diagnostics()
    assert garp_groups(tree(text), True, findings) == tuple(expected)
    assert said(findings) == errors


def test_a_garp_group_that_is_not_closed_lacks_no_line():
    findings = Diagnostics()
    assert garp_groups(tree("garp_group {\n}"), False, findings) == (GarpGroup(()),)
    assert said(findings) == []


@pytest.mark.parametrize(
    ("line", "fields", "delay", "fits"),
    [
        ("eth0 1.99", {}, InterfaceDelay("eth0", 1.99, 0.0), True),
        ("eth0 2", {}, InterfaceDelay("eth0", 2.0, 0.0), False),
        ("eth0 0 2", {}, InterfaceDelay("eth0", 0.0, 2.0), False),
        ("eth0 3.5", {"down_timer_adverts": 5}, InterfaceDelay("eth0", 3.5, 0.0), True),
        ("eth0 1", {"advert_int_cs": 50}, InterfaceDelay("eth0", 1.0, 0.0), False),
        ("eth0 0 0", {"down_timer_adverts": 1}, InterfaceDelay("eth0", 0.0, 0.0), True),
        ("eth1 255 255", {}, InterfaceDelay("eth1", 255.0, 255.0), True),
    ],
)
def test_a_delay_must_be_shorter_than_a_takeover_takes(line, fields, delay, fits):
    findings = Diagnostics()
    root = tree(f"interface_up_down_delays {{\n{line}\n}}")
    assert interface_delays(root, [instance("A", **fields)], findings) == (delay,)
    assert (findings.errors == []) is fits


def test_a_delay_that_is_too_long_names_the_first_instance():
    findings = Diagnostics()
    root = tree("interface_up_down_delays {\neth0 5\neth0 1\n}")
    found = interface_delays(root, [instance("A", advert_int_cs=150), instance("B")], findings)
    assert found == (InterfaceDelay("eth0", 5.0, 0.0),)
    assert said(findings) == [
        '2:1: error: a delay of eth0 is not below 3 seconds, in which "A" must be heard. down_timer_adverts less 1,'
        " times advert_int (a shorter delay, or a longer advert_int)",
        "3:1: error: eth0 is given twice (remove one)",
    ]
