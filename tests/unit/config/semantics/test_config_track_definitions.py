# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the blocks of scripts, processes and files become what can be tracked."""

from __future__ import annotations

import pytest

from vrrp.config.model.trackers import File, Process, Script
from vrrp.config.semantics.sections import read
from vrrp.config.semantics.track_definitions import TrackDefinitions, pair, sections_of, track_definitions
from vrrp.config.syntax.diagnostics import Diagnostics
from vrrp.config.syntax.parser import parse

USER = "vrrp_sync_group G {\ntrack_script {\nchk\n}\ntrack_process {\nweb\n}\ntrack_file {\nload\n}\n}"
CHECK = Script("chk", ("/bin/true",))


def tree(text):
    return read(parse(text, "f"), Diagnostics())


def known(text, complete=True):
    """Return definitions, errors and warnings; the first line of ``text`` is line 1, and everything is tracked."""
    findings = Diagnostics()
    found = track_definitions(tree(f"{text}\n{USER}"), complete, findings)
    return found, [str(each)[2:] for each in findings.errors], [str(each)[2:] for each in findings.warnings]


def test_a_file_without_trackers_has_none():
    names = {"track_script": (), "track_process": (), "track_file": ()}
    assert known("") == (TrackDefinitions((), (), (), names), [], [])


@pytest.mark.parametrize(
    ("lines", "fields"),
    [
        ("", {}),
        ("interval 3", {"interval_s": 3.0, "timeout_s": 3.0}),
        ("interval 3\ntimeout 2", {"interval_s": 3.0, "timeout_s": 2.0}),
        ("timeout 2", {"timeout_s": 2.0}),
        ("rise 2\nfall 3\ninit_fail", {"rise": 2, "fall": 3, "init_fail": True}),
        ("weight -5 reverse", {"weight": -5, "reverse": True}),
        ("user a b", {"user": "a", "group": "b"}),
    ],
)
def test_a_script_is_built(lines, fields):
    found, errors, warnings = known(f"vrrp_script chk {{\nscript /bin/true\n{lines}\n}}")
    assert (found.scripts, errors, warnings) == ((Script("chk", ("/bin/true",), **fields),), [], [])


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("interval 1.5", "3:10: warning: interval 1.5 is a fraction"),
        ("timeout .5", "3:9: warning: timeout 0.5 is a fraction"),
    ],
)
def test_a_fraction_of_a_second_is_for_newer_versions_of_keepalived(line, expected):
    rest = ". keepalived before 2.3.2 takes whole seconds and ignores the line"
    rest += " (fine where only hotstandby or a newer one reads it)"
    assert known(f"vrrp_script chk {{\nscript /bin/true\n{line}\n}}")[2] == [expected + rest]


@pytest.mark.parametrize(
    ("lines", "fields"),
    [
        ("process nginx", {}),
        ("process nginx -g", {"parameters": ("-g",), "full_command": True}),
        ("process nginx\nparam_match", {"parameters": (), "full_command": True}),
        ("process nginx\nparam_match initial", {"parameters": (), "param_match": "initial", "full_command": True}),
        ("process nginx\nfull_command", {"full_command": True}),
        ("process nginx\ndelay 2", {"fork_delay_s": 2.0, "terminate_delay_s": 2.0}),
        ("process nginx\nterminate_delay 3\ndelay 2", {"fork_delay_s": 2.0, "terminate_delay_s": 3.0}),
        ("process nginx\nquorum 2\nquorum_max 2", {"quorum": 2, "quorum_max": 2}),
        ("process nginx\nquorum_max 1", {"quorum_max": 1}),
        ("process nginx\nquorum_max 0", {"quorum": 0, "quorum_max": 0}),
        ("process nginx\nweight 254", {"weight": 254}),
    ],
)
def test_a_process_is_built(lines, fields):
    found, errors, warnings = known(f"vrrp_track_process web {{\n{lines}\n}}")
    assert (found.processes, errors, warnings) == ((Process("web", "nginx", **fields),), [], [])


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        ("quorum 3\nquorum_max 2", "3:12: error: quorum_max is below quorum (at least quorum)"),
        ("quorum 1\nquorum_max 0", "3:12: error: quorum_max 0 beside a quorum (remove quorum)"),
    ],
)
def test_a_quorum_that_cannot_be_is_an_error(lines, error):
    assert known(f"vrrp_track_process web {{\n{lines}\nprocess nginx\n}}")[1] == [error]


@pytest.mark.parametrize("keyword", ["track_file", "vrrp_track_file"])
@pytest.mark.parametrize(
    ("lines", "fields"),
    [
        ("", {"weight": 1}),
        ("weight 0", {"weight": 0}),
        ("weight -254 reverse", {"weight": -254, "reverse": True}),
        ("init_file", {"init": 0}),
        ("init_file overwrite 5", {"init": 5, "init_overwrite": True}),
    ],
)
def test_a_file_is_built(keyword, lines, fields):
    found, errors, warnings = known(f"{keyword} load {{\nfile /run/load\n{lines}\n}}")
    assert (found.files, errors, warnings) == ((File("load", "/run/load", **fields),), [], [])


def test_a_file_has_an_absolute_path():
    error = '2:6: error: the file "run/load" is not an absolute path (file /run/NAME)'
    assert known("track_file load {\nfile run/load\n}")[1] == [error]


LACKING = "vrrp_script chk {\n}\nvrrp_track_process web {\n}\ntrack_file load {\n}"


def test_a_block_without_its_first_line_is_an_error_and_its_name_is_known():
    found, errors, _warnings = known(LACKING)
    names = {"track_script": ("chk",), "track_process": ("web",), "track_file": ("load",)}
    assert found == TrackDefinitions((), (), (), names)
    assert errors == [
        '1:1: error: vrrp_script "chk" has no script (add: script /path/to/command)',
        '3:1: error: vrrp_track_process "web" has no process (add: process haproxy)',
        '5:1: error: track_file "load" has no file (add: file /path)',
    ]


def test_a_block_that_is_not_closed_lacks_no_line():
    found, errors, _warnings = known(LACKING, complete=False)
    assert (found.scripts, found.processes, found.files, errors) == ((), (), (), [])


def test_a_first_line_that_was_refused_is_not_called_missing():
    found, errors, _warnings = known('vrrp_script chk {\nscript ""\n}')
    assert (found.scripts, errors) == ((), [])


def test_an_unused_tracker_is_warned_of():
    text = "vrrp_script a {\nscript /a\n}\nvrrp_track_process b {\nprocess b\n}\nvrrp_track_file c {\nfile /c\n}"
    assert known(text)[2] == [
        '1:1: warning: vrrp_script "a" is tracked by no instance, so it never runs (add: track_script { a })',
        '4:1: warning: vrrp_track_process "b" is tracked by no instance, so it never counts (add: track_process { b })',
        '7:1: warning: vrrp_track_file "c" is tracked by no instance, so it never counts (add: track_file { c })',
    ]


def test_a_tracker_is_found_by_its_list_and_its_name():
    one, two = File("load", "/a"), File("temp", "/b")
    found = TrackDefinitions((CHECK,), (), (one, two), {})
    assert found.get("track_script", "chk") == CHECK
    assert found.get("track_file", "temp") == two
    assert found.get("track_file", "chk") is None
    assert found.get("track_process", "chk") is None


def test_sections_of_several_kinds_keep_the_order_of_the_file():
    root = tree("track_file b {\n}\nvrrp_script a {\n}\nvrrp_track_file c {\n}")
    assert [section.name for section in sections_of(root, "vrrp_track_file", "track_file")] == ["b", "c"]
    assert sections_of(root, "vrrp_instance") == []


@pytest.mark.parametrize(("names", "expected"), [(None, (None, None)), (("a",), ("a", None)), (("a", "b"), ("a", "b"))])
def test_a_user_may_have_a_group(names, expected):
    assert pair(names) == expected


@pytest.mark.parametrize(
    ("lines", "text", "hint"),
    [
        (
            "process very_long_daemon_name.sh",
            'no process is called "very_long_daemon_name.sh". the name of a process has at most 15 octets',
            "process very_long_daemo, or full_command and its command line",
        ),
        (
            "process /opt/x",
            'no process is called "/opt/x". the name of a process has no directory',
            "process x, or full_command",
        ),
        (
            'process "/bin/sh /opt/x -c y"\nfull_command',
            'no process is called "/bin/sh /opt/x -c y". each argument is a word of its own',
            "process /bin/sh /opt/x -c y, and full_command",
        ),
        (
            'process "/bin/sh /opt/x"',
            'no process is called "/bin/sh /opt/x". each argument is a word of its own',
            "process /bin/sh /opt/x, and full_command; quotes around a path with blanks alone",
        ),
        (
            'process "Isolated Web Content"',
            'no process is called "Isolated Web Content". the name of a process has at most 15 octets',
            'process "Isolated Web Co", or full_command',
        ),
        (
            'process "/opt/bin/worker#1"',
            'no process is called "/opt/bin/worker#1". the name of a process has no directory',
            'process "worker#1", or full_command',
        ),
    ],
)
def test_a_name_that_no_process_has_is_warned_of(lines, text, hint):
    _found, errors, (warning,) = known(f"vrrp_track_process web {{\n{lines}\n}}")
    assert errors == []
    assert warning.startswith(f"2:9: warning: {text}") and hint in warning


@pytest.mark.parametrize(
    "lines",
    [
        "process fifteen_octets_",
        'process "tmux: server"',
        "process /usr/sbin/haproxy\nfull_command",
        "process /usr/sbin/haproxy -W",
        "process a_longer_name_than_that\nfull_command",
        'process "/opt/my app/worker" -x',
    ],
)
def test_a_name_that_a_process_may_have_is_taken(lines):
    assert known(f"vrrp_track_process web {{\n{lines}\n}}")[1:] == ([], [])
