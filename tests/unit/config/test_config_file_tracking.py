# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that trackers, and the lists of instances and groups, are read; groups and owners decide which weights count."""

from __future__ import annotations

import pytest
from smallest_file import configuration, errors, instance, warnings

from vrrp.config.model.trackers import File, Process, Script, Tracked, Tracking

SCRIPT = "vrrp_script chk {\nscript /bin/true\nOPTIONS\n}"
PROCESS = "vrrp_track_process web {\nOPTIONS\n}"
FILE = "track_file load {\nfile /run/load\nOPTIONS\n}"
ALL = "\n".join(
    (
        SCRIPT.replace("OPTIONS", "weight 10 reverse"),
        PROCESS.replace("OPTIONS", "process nginx\nweight -4"),
        FILE.replace("OPTIONS", ""),
    )
)


@pytest.mark.parametrize(
    ("options", "fields"),
    [
        ("weight -253", {"weight": -253}),
        ("weight 5 reverse", {"weight": 5, "reverse": True}),
        ("user u :g", {"user": "u", "group": "g"}),
        ("user u :", {"user": "u"}),
        ("interval 2", {"interval_s": 2.0, "timeout_s": 2.0}),
    ],
)
def test_a_script_is_read(options, fields):
    (script,) = configuration("", "", SCRIPT.replace("OPTIONS", options)).scripts
    assert script == Script("chk", ("/bin/true",), **fields)


@pytest.mark.parametrize(
    ("options", "fields"),
    [
        ("process nginx", {}),
        ("process nginx -g x", {"parameters": ("-g", "x"), "full_command": True}),
        ('process "/bin/a b" "c d"', {"process": "/bin/a b", "parameters": ("c d",), "full_command": True}),
        ("process nginx\nfull_command", {"full_command": True}),
        ("process nginx\nparam_match", {"parameters": (), "full_command": True}),
        (
            "process nginx a\nparam_match partial",
            {"parameters": ("a",), "param_match": "partial", "full_command": True},
        ),
        ("process nginx\nquorum 2\nquorum_max 2", {"quorum": 2, "quorum_max": 2}),
        ("process nginx\nquorum_max 0", {"quorum": 0, "quorum_max": 0}),
        ("process nginx\ndelay 0.5", {"fork_delay_s": 0.5, "terminate_delay_s": 0.5}),
        ("process nginx\ndelay 0.5\nfork_delay 2", {"fork_delay_s": 2.0, "terminate_delay_s": 0.5}),
        ("process nginx\nweight 254 reverse", {"weight": 254, "reverse": True}),
    ],
)
def test_a_process_is_read(options, fields):
    (process,) = configuration("", "", PROCESS.replace("OPTIONS", options)).processes
    assert process == Process("web", **{"process": "nginx", **fields})


@pytest.mark.parametrize("keyword", ["track_file", "vrrp_track_file"])
@pytest.mark.parametrize(
    ("options", "fields"),
    [
        ("", {}),
        ("weight -254 reverse", {"weight": -254, "reverse": True}),
        ("init_file", {"init": 0}),
        ("init_file 7", {"init": 7}),
        ("init_file overwrite -3", {"init": -3, "init_overwrite": True}),
    ],
)
def test_a_file_is_read(keyword, options, fields):
    blocks = FILE.replace("OPTIONS", options).replace("track_file", keyword)
    assert configuration("", "", blocks).files == (File("load", "/run/load", **fields),)


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        (SCRIPT.replace("OPTIONS", "weight 5 twice"), '"twice" follows the weight. weight N, or weight N reverse'),
        (SCRIPT.replace("OPTIONS", "weight 254"), "weight 254 is out of range"),
        (SCRIPT.replace("OPTIONS", "user u g x"), '"user" takes USER or USER GROUP'),
        (PROCESS.replace("OPTIONS", ""), 'vrrp_track_process "web" has no process (add: process haproxy)'),
        (PROCESS.replace("OPTIONS", "process"), "process names no command"),
        (PROCESS.replace("OPTIONS", "process a\nparam_match exact"), 'param_match "exact" is unknown'),
        (PROCESS.replace("OPTIONS", "process a\nquorum 3\nquorum_max 2"), "quorum_max is below quorum"),
        (PROCESS.replace("OPTIONS", "process a\nquorum 3\nquorum_max 0"), "quorum_max 0 beside a quorum"),
        (PROCESS.replace("OPTIONS", "process a\ndelay 0"), "delay 0 is out of range"),
        ("track_file f {\n}", 'track_file "f" has no file (add: file /path)'),
        ("track_file f {\nfile f\n}", 'the file "f" is not an absolute path'),
        (FILE.replace("OPTIONS", "init_file now"), 'init_file "now" is not a whole number'),
        (FILE.replace("OPTIONS", "") + "\nvrrp_track_file load {\nfile /x\n}", "is defined already in line 4"),
    ],
)
def test_a_block_that_is_refused(blocks, expected):
    (error,) = errors("", "", blocks)
    assert expected in error


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        (
            PROCESS.replace("OPTIONS", "process a"),
            'vrrp_track_process "web" is tracked by no instance, so it never counts',
        ),
        (FILE.replace("OPTIONS", ""), 'track_file "load" is tracked by no instance, so it never counts'),
    ],
)
def test_an_unused_tracker_is_warned_of(blocks, expected):
    (warning,) = warnings("", "", blocks)
    assert expected in warning


def test_the_own_interface_with_a_weight_is_warned_of():
    assert warnings("track_interface {\neth0 weight -5\n}") == [
        "13:1: warning: weight -5 of the instance's own interface does not count. its own interface is watched anyway:"
        " FAULT while it is down (remove the line)"
    ]
    assert warnings("track_interface {\neth0\n}") == []


LINES = {
    "track_interface {\neth1\neth2 weight -5 reverse\n}": {
        "interfaces": (Tracked("eth1"), Tracked("eth2", -5, True)),
    },
    "track_script {\nchk\n}": {"scripts": (Tracked("chk", 10, True),)},
    "track_script {\nchk weight 4\n}": {"scripts": (Tracked("chk", 4, True),)},
    "track_script {\nchk weight 4 noreverse\n}": {"scripts": (Tracked("chk", 4),)},
    "track_process {\nweb\n}": {"processes": (Tracked("web", -4),)},
    "track_process {\nweb weight 254 reverse\n}": {"processes": (Tracked("web", 254, True),)},
    "track_file {\nload\n}": {"files": (Tracked("load", 1),)},
    "track_file {\nload weight -2 reverse\n}": {"files": (Tracked("load", -2, True),)},
}


@pytest.mark.parametrize("lines", LINES)
def test_a_list_of_trackers_is_read(lines):
    assert instance(lines, "", ALL).track == Tracking(**LINES[lines])
    group = f"{ALL}\nvrrp_sync_group G {{\ngroup {{\nVI_1\n}}\n{lines}\n}}"
    assert configuration("", "", group).sync_groups[0].track == Tracking(**LINES[lines])


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("track_interface {\neth1 weight 1 noreverse\n}", '"noreverse" follows the weight'),
        ("track_interface {\neth1 weight 254\n}", "weight 254 is out of range"),
        ("track_interface {\neth1\neth1\n}", 'track_interface "eth1" is given twice'),
        ("track_process {\nwebb\n}", 'track_process names the unknown process "webb"'),
        ("track_process {\nwebb\n}", "each needs its vrrp_track_process block (did you mean web?)"),
        ("track_file {\nload weight 255\n}", "weight 255 is out of range"),
        ("track_file {\nload weight\n}", "weight takes a value, none is given"),
        ("track_script {\nchk weight 1 reverse reverse\n}", '"reverse" follows the weight'),
    ],
)
def test_a_wrong_list_of_trackers_is_refused(lines, expected):
    (error,) = errors(lines, "", ALL)
    assert expected in error


EVERYTHING = """\
track_interface {
eth1 weight 5
eth2
}
track_script {
chk
}
track_process {
web
}
track_file {
load
}
@hotstandby track_tcp 127.0.0.1 80 weight 3
@hotstandby track_unit nginx
"""
GROUP = "vrrp_sync_group G {\ngroup {\nVI_1\n}\nEXTRA\n}\n"


def tracked(extra, lines=EVERYTHING):
    return instance(lines, "", ALL + "\n" + GROUP.replace("EXTRA", extra)).track


def test_weights_of_a_member_of_a_group_do_not_count():
    found = tracked("")
    assert found.interfaces == (Tracked("eth1"), Tracked("eth2"))
    assert found.scripts == found.tcp == ()
    assert found.processes == (Tracked("web", -4),)
    assert found.files == (Tracked("load", 0),)
    assert [unit.unit for unit in found.units] == ["nginx.service"]
    assert tracked("", "track_file {\nload weight 2\n}").files == ()
    assert tracked("", "track_script {\nchk weight 0\n}").scripts == (Tracked("chk", 0, True),)


@pytest.mark.parametrize("extra", ["sync_group_tracking_weight", "global_tracking"])
def test_weights_of_a_member_count_when_its_group_says_so(extra):
    assert tracked(extra) == instance(EVERYTHING, "", ALL).track


def test_weights_of_an_owner_do_not_count():
    found = instance(EVERYTHING + "priority 255", "", ALL).track
    assert found.interfaces == (Tracked("eth2"),)
    assert found.scripts == found.tcp == ()
    assert found.files == (Tracked("load", 0),)


def test_weights_of_a_group_with_an_owner_do_not_count():
    lines = EVERYTHING.replace("eth2", "eth2 weight 0 reverse")
    blocks = ALL + "\n" + GROUP.replace("EXTRA", lines)
    found = configuration("priority 255", "", blocks).sync_groups[0].track
    assert found.interfaces == (Tracked("eth1"), Tracked("eth2", 0, True))
    assert found.scripts == (Tracked("chk", 0, True),)
    assert found.processes == (Tracked("web"),)
    assert [item.weight for item in found.tcp] == [0]


def test_each_weight_that_does_not_count_is_told():
    found = [line for line in warnings(EVERYTHING, "", ALL + "\n" + GROUP.replace("EXTRA", "")) if "weight" in line]
    assert found == [
        '31:1: warning: weight 5 counts as weight 0: FAULT. its sync group "G" moves as one'
        " (weight 0, or track it in the group)",
        '35:1: warning: what is tracked with weight 10 does not count. its sync group "G" moves as one'
        " (weight 0, or track it in the group)",
        '41:1: warning: weight 1 counts as weight 0: FAULT. its sync group "G" moves as one'
        " (weight 0, or track it in the group)",
        '43:13: warning: what is tracked with weight 3 does not count. its sync group "G" moves as one'
        " (weight 0, or track it in the group)",
    ]
