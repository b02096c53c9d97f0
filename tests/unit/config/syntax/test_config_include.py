# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that included files are read in their order, and that missing ones are reported."""

from __future__ import annotations

import posixpath

import pytest

from vrrp.config.loader import inspect
from vrrp.config.syntax.diagnostics import ConfigError, Diagnostics, Invalid, Location, Problem
from vrrp.config.syntax.include import DIRECTORY, FILE, OTHER, Surroundings, changed_checks, find, include
from vrrp.config.syntax.preprocessor import lines


class FakeDisk:
    """It holds files by path. A text of None is a program; an exception is raised by a read."""

    def __init__(self, **files):
        self.files = files
        self.asked = []

    def names(self, directory):
        prefix = "" if directory == "." else directory.rstrip("/") + "/"
        found = {path[len(prefix) :].split("/")[0] for path in self.files if path.startswith(prefix)}
        return sorted(found, reverse=True) or None

    def kind(self, path):
        path = posixpath.normpath(path)
        if path in self.files:
            return OTHER if self.files[path] is None else FILE
        return DIRECTORY if any(each.startswith(path + "/") for each in self.files) else None

    def read(self, path):
        self.asked.append(path)
        text = self.files[posixpath.normpath(path)]
        if isinstance(text, Exception):
            raise text
        return text

    def absolute(self, path):
        return posixpath.join("/root", path)


def tree(**files):
    return FakeDisk(**{name.replace("__", "/").replace("_", "."): text for name, text in files.items()})


def read(text, disk, path="etc/f", config_id="node1"):
    findings = Diagnostics()
    found = [(line.path, line.number, line.text) for line in lines(text, path, findings, config_id, Surroundings(disk))]
    return found, [str(each) for each in findings.errors], [str(each) for each in findings.warnings]


@pytest.mark.parametrize(
    ("pattern", "paths"),
    [
        ("d/a.conf", ["etc/d/a.conf"]),
        ("d/*", ["etc/d/a.conf", "etc/d/b.conf", "etc/d/e"]),
        ("d/*.conf", ["etc/d/a.conf", "etc/d/b.conf"]),
        ("d/?.conf", ["etc/d/a.conf", "etc/d/b.conf"]),
        ("d/[!a].conf", ["etc/d/b.conf"]),
        ("d/[^a].conf", ["etc/d/b.conf"]),
        ("d/{b,a}.conf", ["etc/d/b.conf", "etc/d/a.conf"]),
        ("d/{a,e/{c,c}}.conf", ["etc/d/a.conf", "etc/d/e/c.conf", "etc/d/e/c.conf"]),
        ("d/.*", ["etc/d/.h"]),
        ("*/*/c.conf", ["etc/d/e/c.conf"]),
        ("../etc/d/a.conf", ["etc/../etc/d/a.conf"]),
        ("d/\\a.conf", []),
        ("d/\\*", []),
        ("none", []),
        ("none/*", []),
        ("d/*.none", []),
        ("/", []),
    ],
)
def test_patterns_of_an_include_are_read(pattern, paths):
    disk = tree(etc__d__a_conf="", etc__d__b_conf="", etc__d__e__c_conf="")
    disk.files["etc/d/.h"] = ""
    assert list(find(pattern, "etc", disk).paths) == paths


@pytest.mark.parametrize(
    "pattern", ["x" * 1025, "{a,b}" * 200, "{" * 500 + "}" * 500 + ",", "{" * 1000, "[" * 1000, "{a,{b,{c" * 100]
)
def test_patterns_without_an_end_are_refused(pattern):
    try:
        assert find(pattern, "", tree(f="")).paths == ()
    except Invalid as invalid:
        assert "is the most" in invalid.rule


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("include a b", ("include", "a b", 8, 0)),
        ("includer a", ("includer", "a", 9, 1)),
        ("includem\ta", ("includem", "a", 9, 3)),
        ("includew a", ("includew", "a", 9, 7)),
        ("includeb a", ("includeb", "a", 9, 9)),
        ("includea  a", ("includea", "a", 10, 15)),
        ("includes a", None),
        ("include", None),
        ("include_check", None),
    ],
)
def test_an_include_line_is_recognized(text, expected):
    found = include(text)
    assert (found and (found.keyword, found.pattern, found.index, found.checks)) == expected


@pytest.mark.parametrize(
    ("words", "before", "after"),
    [
        ("", 0, 15),
        ("read", 15, 1),
        ("match", 0, 3),
        ("readable", 0, 0),
        ("+match -wildcard_match", 1 | 4, 1 | 2),
        ("+brace_match", 1, 9),
        ("nonsense", 15, 0),
    ],
)
def test_include_check_is_read(words, before, after):
    assert changed_checks(words.split(), before) == after


def test_the_lines_stand_where_the_include_stands_and_know_their_file():
    disk = tree(etc__d__a_conf="one\ninclude ../b.conf\ntwo", etc__b_conf="three")
    assert read("top\ninclude d/*\nlast", disk) == (
        [
            ("etc/f", 1, "top"),
            ("etc/d/a.conf", 1, "one"),
            ("etc/d/../b.conf", 1, "three"),
            ("etc/d/a.conf", 3, "two"),
            ("etc/f", 3, "last"),
        ],
        [],
        [],
    )


def test_the_directory_is_that_of_the_file():
    found, _errors, _warnings = read("${_PWD}\ninclude d/a\n${_PWD}", tree(etc__d__a="${_PWD}"))
    assert [text for _path, _line, text in found] == ["/root/etc", "/root/etc/d", "/root/etc"]


def test_parameters_reach_included_files_and_come_back():
    found, errors, _warnings = read("$A=1\ninclude a\nx $A $B", tree(etc__a="$B=2${A}\n$A=3"))
    assert ([text for _path, _line, text in found], errors) == (["x 3 23"], [])


def test_a_problem_names_the_included_file_and_line():
    disk = tree(etc__d__a_conf='global_defs {\n  vrrp_versoin 2\n}\nx "y')
    report = inspect("include d/a.conf\n", "etc/f", surroundings=Surroundings(disk))
    assert [(each.path, each.line, each.column) for each in report.problems] == [
        ("etc/d/a.conf", 2, 3),
        ("etc/d/a.conf", 4, 1),
        ("etc/d/a.conf", 4, 3),
    ]


@pytest.mark.parametrize(
    ("line", "error", "warning"),
    [
        ("include none", "", 'etc/f:2:9: warning: there is no file "none". keepalived goes on without it, as include'),
        ("includer none", "", 'etc/f:2:10: warning: there is no file "none"'),
        ("includem none", 'etc/f:2:10: error: there is no file "none". includem or include_check demands it', ""),
        ("includeb {no,ne}", 'etc/f:2:10: error: there is no file "{no,ne}"', ""),
        ("includem {no,ne}", "", 'etc/f:2:10: warning: there is no file "{no,ne}"'),
        ("include none/*", "", 'etc/f:2:9: warning: there is no file "none/*"'),
        ("include d/none*", "", ""),
        ("includem d/none*", "", ""),
        ("includew d/none*", 'etc/f:2:10: error: no file matches "d/none*"', ""),
        ("include d/{a,none}", "", 'etc/f:2:9: warning: some files of "d/{a,none}" are missing: "d/none"'),
        ("includeb d/{a,none}", 'etc/f:2:10: error: some files of "d/{a,none}" are missing: "d/none"', ""),
        ("include d", "", "etc/f:2:9: warning: etc/d is a directory"),
        ("includer d", "etc/f:2:10: error: etc/d is a directory", ""),
        ("include p", "", "etc/f:2:9: warning: etc/p is a program, or not a regular file"),
        ("includer p", "etc/f:2:10: error: etc/p is a program, or not a regular file", ""),
        ("include closed", "", "etc/f:2:9: warning: etc/closed: cannot read the file: permission denied"),
        ("includer closed", "etc/f:2:10: error: etc/closed: cannot read the file: permission denied", ""),
        ("include latin", "etc/latin:3:1: error: the file is not UTF-8", ""),
        ("include f", "etc/f:2:9: error: etc/f is being read already", ""),
        ("include d/../f", "etc/f:2:9: error: etc/d/../f is being read already", ""),
        ("@node1 include d/a", "", "etc/f:2:16: warning: include behind a condition or with a parameter"),
        ("$A=d/a\ninclude $A", "", "etc/f:3:9: warning: include behind a condition or with a parameter"),
        ("@node2 include d/a", "", ""),
        ("@hotstandby include d/a", "", ""),
        ("include " + "{a,b}" * 20, "etc/f:2:9: error: the braces of the pattern make too many names", ""),
    ],
)
def test_files_that_are_not_read_are_told(line, error, warning):
    disk = tree(etc__f="", etc__d__a="", etc__p=None)
    disk.files["etc/closed"] = refusal("etc/closed", 1, "cannot read the file: permission denied")
    disk.files["etc/latin"] = refusal("etc/latin", 3, "the file is not UTF-8")
    _found, errors, warnings = read(f"\n{line}\n", disk)
    assert len(errors) == bool(error)
    assert len(warnings) == bool(warning)
    assert "".join(errors).startswith(error)
    assert "".join(warnings).startswith(warning)


def refusal(path, line, text):
    return ConfigError([Problem.at(Location(path, line, 1), text)])


def test_include_check_holds_for_its_file_and_those_inside():
    disk = tree(etc__a="include none\ninclude_check -match\ninclude none")
    _found, errors, warnings = read("include none\ninclude_check match\ninclude a\ninclude none", disk)
    assert [each.split(" ")[0] for each in errors] == ["etc/a:1:9:", "etc/f:4:9:"]
    assert [each.split(" ")[0] for each in warnings] == ["etc/f:1:9:", "etc/a:3:9:"]


def test_a_circle_of_includes_is_refused():
    _found, errors, _warnings = read("include a\n", tree(etc__a="include b", etc__b="x\ninclude a"))
    assert errors == [
        "etc/b:2:9: error: etc/a is being read already (a file must not include itself, nor a file that includes it)"
    ]


def test_sixteen_files_in_one_another_are_the_most():
    disk = FakeDisk(**{f"f{number}": f"include f{number + 1}" for number in range(40)})
    _found, errors, _warnings = read("include f1", disk, path="f0")
    assert errors == ["f16:1:9: error: include goes too deep. At most 16 files in one another"]


def test_a_thousand_files_are_the_most():
    disk = FakeDisk(**{f"d/f{number}": "x" for number in range(600)})
    found, errors, _warnings = read("include d/*\ninclude d/*", disk, path="f0")
    assert len(found) == 999
    assert errors == ["f0:2:9: error: more than 1000 files are included (include fewer of them)"]
    disk = FakeDisk(**{f"d/f{number}": "x" for number in range(1100)})
    assert read("include d/*", disk, path="f0")[1] == [
        "f0:1:9: error: more than 1000 files match. 1000 is the most (name fewer of them)"
    ]


def test_files_are_read_when_it_is_their_turn():
    disk = tree(etc__a="x", etc__b="y")
    reading = lines("include *", "etc/f", Diagnostics(), "", Surroundings(disk))
    next(reading)
    assert disk.asked == ["etc/a"]


def test_a_definition_ends_with_its_file():
    found, errors, _warnings = read("include a\nx", tree(etc__a="$M= \\\ny \\"))
    assert ([text for _path, _line, text in found], len(errors)) == (["x"], 1)
    assert errors[0].startswith("etc/a:1:1: error: the definition of $M does not end in its file")


def test_additions_may_have_a_file_of_their_own():
    findings = Diagnostics()
    disk = tree(etc__a="x\n@node2 y")
    found = list(lines("@hotstandby include a\nz", "etc/f", findings, "node1", Surroundings(disk)))
    assert [(line.text, line.addition) for line in found] == [("x", True), ("z", False)]
