# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the lists of one instance or group, and our own lines, become its trackers with their weights."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from vrrp.config.model.trackers import (
    File,
    Process,
    Script,
    Tracked,
    TrackedGateway,
    TrackedHttp,
    TrackedTcp,
    TrackedUnit,
    Tracking,
)
from vrrp.config.semantics.sections import read
from vrrp.config.semantics.track_definitions import TrackDefinitions
from vrrp.config.semantics.tracking import TrackingRules
from vrrp.config.syntax.diagnostics import Diagnostics, Location
from vrrp.config.syntax.parser import parse

KNOWN = TrackDefinitions(
    (Script("chk", ("/bin/true",), weight=10, reverse=True), Script("hard", ("/bin/true",))),
    (Process("web", "nginx", weight=-4),),
    (File("load", "/run/load"), File("heavy", "/run/heavy", weight=2)),
    {
        "track_script": ("chk", "hard", "broken"),
        "track_process": ("web",),
        "track_file": ("load", "heavy"),
    },
)
LOCAL = ip_address("127.0.0.1")
TCP = TrackedTcp(LOCAL, 80, weight=3)


def rules(lines):
    """Return the rules of an instance whose lines begin in line 3."""
    findings, before = Diagnostics(), Diagnostics()
    root = read(parse(f"vrrp_instance VI_1 {{\ninterface eth0\n{lines}\n}}", "f"), before)
    assert before.errors == []
    return TrackingRules(root.inside("vrrp_instance")[0], KNOWN, findings)


def said(found):
    return [str(each)[2:] for each in found.findings.errors + found.findings.warnings]


def test_without_a_line_nothing_is_tracked():
    found = rules("")
    assert (found.build(), found.places, said(found)) == (Tracking(), {}, [])


@pytest.mark.parametrize(
    ("lines", "fields"),
    [
        ("track_script { chk }", {"scripts": (Tracked("chk", 10, True),)}),
        ("track_script { chk weight 5 }", {"scripts": (Tracked("chk", 5, True),)}),
        ("track_script { chk weight 0 noreverse }", {"scripts": (Tracked("chk", 0, False),)}),
        ("track_script { broken }", {"scripts": (Tracked("broken"),)}),
        ("track_process { web weight 254 reverse }", {"processes": (Tracked("web", 254, True),)}),
        ("track_file {\nload\nheavy\n}", {"files": (Tracked("load", 1), Tracked("heavy", 2))}),
        (
            "track_interface {\neth2\neth1 weight -5 reverse\n}",
            {"interfaces": (Tracked("eth2"), Tracked("eth1", -5, True))},
        ),
        ("track_script { chk }\ntrack_script { hard }", {"scripts": (Tracked("chk", 10, True), Tracked("hard"))}),
        ("@hotstandby track_tcp 127.0.0.1 80 weight 3", {"tcp": (TCP,)}),
        ("@hotstandby track_http http://127.0.0.1/", {"http": (TrackedHttp("http://127.0.0.1/"),)}),
        ("@hotstandby track_unit nginx", {"units": (TrackedUnit("nginx.service"),)}),
        ("@hotstandby track_gateway 192.0.2.9", {"gateways": (TrackedGateway(ip_address("192.0.2.9")),)}),
    ],
)
def test_a_line_takes_from_its_block_what_it_does_not_say(lines, fields):
    found = rules(lines)
    assert found.build() == Tracking(**fields)
    assert said(found) == []


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            "track_script {\nchkk\n}",
            '4:1: error: track_script names the unknown script "chkk". each needs its vrrp_script block'
            " (did you mean chk?)",
        ),
        (
            "track_process {\nchk\n}",
            '4:1: error: track_process names the unknown process "chk". each needs its vrrp_track_process block',
        ),
        (
            "track_file {\nloda\n}",
            '4:1: error: track_file names the unknown file "loda". each needs its track_file block'
            " (did you mean load?)",
        ),
    ],
)
def test_a_name_that_has_no_block_is_an_error(lines, expected):
    found = rules(lines)
    assert found.build() == Tracking()
    assert said(found) == [expected]


def test_of_two_lines_with_one_name_the_first_counts():
    found = rules("track_interface {\neth1 weight 5\n}\ntrack_interface {\neth1\n}")
    assert found.build().interfaces == (Tracked("eth1", 5),)
    assert said(found) == ['7:1: error: track_interface "eth1" is given twice (remove one)']


def test_the_weight_of_the_own_interface_does_not_count():
    found = rules("track_interface {\neth0 weight 5\n}")
    assert found.build().interfaces == (Tracked("eth0", 5),)
    assert said(found) == [
        "4:1: warning: weight 5 of the instance's own interface does not count. its own interface is watched anyway:"
        " FAULT while it is down (remove the line)"
    ]
    found = rules("track_interface {\neth0\neth1 weight 5\n}")
    assert (found.build().interfaces, said(found)) == ((Tracked("eth0"), Tracked("eth1", 5)), [])


def test_the_place_of_each_line_is_kept():
    found = rules("track_file { load }\n@hotstandby track_tcp 127.0.0.1 80 weight 3")
    found.build()
    assert found.places == {("files", Tracked("load", 1)): Location("f", 3, 14), ("tcp", TCP): Location("f", 4, 13)}


EVERYTHING = """\
track_interface {
eth1 weight 5
eth2
}
track_script {
chk
hard
}
track_process { web }
track_file {
load
heavy
}
@hotstandby track_tcp 127.0.0.1 80 weight 3
@hotstandby track_unit nginx"""
UNIT = (TrackedUnit("nginx.service"),)


def test_a_member_of_a_group_keeps_trackers_without_weight():
    found = rules(EVERYTHING)
    assert found.of_member(found.build(), "G") == Tracking(
        scripts=(Tracked("hard"),),
        interfaces=(Tracked("eth1"), Tracked("eth2")),
        processes=(Tracked("web", -4),),
        files=(Tracked("load", 0),),
        units=UNIT,
    )
    assert [line.partition(". ")[0] for line in said(found)] == [
        "4:1: warning: weight 5 counts as weight 0: FAULT",
        "13:1: warning: weight 1 counts as weight 0: FAULT",
        "14:1: warning: what is tracked with weight 2 does not count",
        "8:1: warning: what is tracked with weight 10 does not count",
        "16:13: warning: what is tracked with weight 3 does not count",
    ]
    rest = ' its sync group "G" moves as one (weight 0, or track it in the group)'
    assert {line.partition(".")[2] for line in said(found)} == {rest}


def test_an_owner_drops_interfaces_with_a_weight():
    found = rules(EVERYTHING)
    assert found.of_owner(found.build()) == Tracking(
        scripts=(Tracked("hard"),),
        interfaces=(Tracked("eth2"),),
        processes=(Tracked("web", -4),),
        files=(Tracked("load", 0),),
        units=UNIT,
    )
    assert said(found)[0] == (
        "4:1: warning: what is tracked with weight 5 does not count. an owner of the addresses keeps priority 255"
        " (weight 0, or a priority below 255)"
    )
    assert len(said(found)) == 5


def test_a_group_with_an_owner_has_no_weights():
    found = rules(EVERYTHING)
    assert found.of_group_with_owner(found.build()) == Tracking(
        scripts=(Tracked("chk", 0, True), Tracked("hard")),
        interfaces=(Tracked("eth1"), Tracked("eth2")),
        processes=(Tracked("web"),),
        files=(Tracked("load", 0), Tracked("heavy", 0)),
        tcp=(TrackedTcp(LOCAL, 80),),
        units=UNIT,
    )
    assert said(found)[0] == (
        "8:1: warning: weight 10 counts as weight 0: FAULT. a member is the owner of its addresses"
        " (weight 0, or a priority below 255)"
    )
    assert len(said(found)) == 6


def test_trackers_without_weight_stay_without_a_warning():
    found = rules("track_interface { eth1 }\ntrack_script { hard }\n@hotstandby track_unit nginx")
    tracking = found.build()
    expected = Tracking(scripts=(Tracked("hard"),), interfaces=(Tracked("eth1"),), units=UNIT)
    assert (tracking, found.of_member(tracking, "G"), found.of_owner(tracking)) == (expected, expected, expected)
    assert (found.of_group_with_owner(tracking), said(found)) == (expected, [])


def test_a_weight_from_a_block_is_told_at_the_block():
    found = rules("")
    found.of_owner(Tracking(tcp=(TCP,)))
    assert said(found)[0].startswith("1:1: warning: what is tracked with weight 3 does not count.")
