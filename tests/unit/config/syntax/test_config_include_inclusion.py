# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that one include line yields the texts of its files, and diagnostics about those that are not read."""

from __future__ import annotations

import posixpath

import pytest

from vrrp.config.syntax.diagnostics import ConfigError, Diagnostics, Location, Problem
from vrrp.config.syntax.include import DIRECTORY, FILE, OTHER, Inclusion, include

PLACE = Location("etc/f", 7, 9)
BY = "etc/f"


class Disk:
    """It is a disk. ``kinds`` are by the path; ``texts`` hold what is read, or an exception to raise."""

    def __init__(self, kinds, texts=()):
        self.kinds = kinds
        self.texts = dict(texts)
        self.asked = []

    def names(self, directory):
        return [posixpath.basename(path) for path in self.kinds if posixpath.dirname(path) == directory] or None

    def kind(self, path):
        return self.kinds.get(path)

    def read(self, path):
        self.asked.append(path)
        text = self.texts.get(path, f"text of {path}")
        if isinstance(text, Exception):
            raise text
        return text

    def absolute(self, path):
        return f"/root/{path}"


def included(line, disk, chain=(BY,)):
    findings = Diagnostics()
    found = list(Inclusion(findings, disk).files(include(line), PLACE, BY, chain))
    return found, [str(each) for each in findings.errors], [str(each) for each in findings.warnings]


def test_without_a_disk_every_include_is_an_error():
    assert included("includer d/*", None) == (
        [],
        [
            'etc/f:7:9: error: includer "d/*" is not followed here: only the node has its files'
            " (check the file on its node)"
        ],
        [],
    )


def test_a_path_is_made_absolute_by_the_disk_alone():
    assert Inclusion(Diagnostics(), Disk({})).absolute("etc") == "/root/etc"
    assert Inclusion(Diagnostics(), None).absolute("etc") == "etc"


def test_a_pattern_begins_in_the_directory_of_its_file():
    disk = Disk({"etc/b": FILE, "etc/a": FILE, "a": FILE})
    assert included("include {b,a}", disk) == ([("etc/b", "text of etc/b"), ("etc/a", "text of etc/a")], [], [])


def test_a_file_is_read_when_it_is_asked_for():
    disk = Disk({"etc/a": FILE, "etc/b": FILE})
    found = Inclusion(Diagnostics(), disk).files(include("include *"), PLACE, BY, (BY,))
    assert disk.asked == []
    assert next(found) == ("etc/a", "text of etc/a")
    assert disk.asked == ["etc/a"]


def test_a_file_of_the_chain_is_an_error_and_the_next_one_is_read():
    disk = Disk({"etc/d/../a": FILE, "etc/b": FILE, "etc/d": DIRECTORY})
    assert included("include {d/../a,b}", disk, ("etc/f", "etc/a")) == (
        [("etc/b", "text of etc/b")],
        [
            "etc/f:7:9: error: etc/d/../a is being read already"
            " (a file must not include itself, nor a file that includes it)"
        ],
        [],
    )


@pytest.mark.parametrize(
    ("kind", "line", "expected"),
    [
        (
            DIRECTORY,
            "include d*",
            "warning: etc/d is a directory. keepalived goes on without it, as include has it"
            " (write includea to make that an error)",
        ),
        (DIRECTORY, "includem d*", "error: etc/d is a directory. includem or include_check demands it"),
        (
            OTHER,
            "include d*",
            "warning: etc/d is a program, or not a regular file. keepalived goes on without it, as include has it"
            " (chmod a-x)",
        ),
        (
            OTHER,
            "includer d*",
            "error: etc/d is a program, or not a regular file. includer or include_check demands it (chmod a-x)",
        ),
        (
            None,
            "includer d*",
            "error: etc/d is a program, or not a regular file. includer or include_check demands it",
        ),
    ],
)
def test_a_file_that_is_not_regular_is_not_read(kind, line, expected):
    disk = Disk({"etc/d": kind})
    found, errors, warnings = included(line, disk)
    assert (found, disk.asked) == ([], [])
    assert errors + warnings == [f"etc/f:7:9: {expected}"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "includew none",
            'error: there is no file "none". includew or include_check demands it',
        ),
        (
            "includeb none",
            'warning: there is no file "none". keepalived goes on without it, as includeb has it'
            " (write includea to make that an error)",
        ),
        (
            "includeb {no,ne}",
            'error: there is no file "{no,ne}". includeb or include_check demands it',
        ),
        ("includea no*", 'error: no file matches "no*". includea or include_check demands it'),
        ("includem " + "x" * 1025, "error: a pattern of 1025 characters. 1024 is the most"),
    ],
)
def test_a_pattern_that_finds_nothing_is_told(line, expected):
    found, errors, warnings = included(line, Disk({"etc/a": FILE}))
    assert found == []
    assert errors + warnings == [f"etc/f:7:9: {expected}"]


def test_include_ignores_wildcards_that_match_nothing():
    assert included("includem no*", Disk({"etc/a": FILE})) == ([], [], [])


def test_five_missing_names_are_shown_and_the_others_are_read():
    disk = Disk({"etc/a": FILE})
    assert included("include {1,2,3,4,5,6,a}", disk) == (
        [("etc/a", "text of etc/a")],
        [],
        [
            'etc/f:7:9: warning: some files of "{1,2,3,4,5,6,a}" are missing: "1", "2", "3", "4", "5".'
            " keepalived goes on without it, as include has it (write includea to make that an error)"
        ],
    )


def test_includeb_reads_nothing_when_one_name_is_missing():
    disk = Disk({"etc/a": FILE})
    assert included("includeb {a,1}", disk) == (
        [],
        ['etc/f:7:9: error: some files of "{a,1}" are missing: "1". includeb or include_check demands it'],
        [],
    )
    assert disk.asked == []


def refusal(text):
    return ConfigError([Problem.at(Location("etc/a", 3, 2), text)])


def test_a_file_that_cannot_be_read_is_said_at_the_include_line():
    disk = Disk({"etc/a": FILE, "etc/b": FILE}, {"etc/a": refusal("cannot read the file: permission denied")})
    assert included("includer {a,b}", disk) == (
        [("etc/b", "text of etc/b")],
        ["etc/f:7:9: error: etc/a: cannot read the file: permission denied. includer or include_check demands it"],
        [],
    )
    assert included("include a", disk)[1] == []


def test_a_file_with_wrong_octets_is_an_error_at_its_own_place():
    disk = Disk({"etc/a": FILE}, {"etc/a": refusal("the file is not UTF-8")})
    assert included("include a", disk) == ([], ["etc/a:3:2: error: the file is not UTF-8"], [])
