# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a report is taken again while everything that the parser has read is the same, and only then."""

from __future__ import annotations

import os

import pytest

from vrrp.agent import parsed_file
from vrrp.agent.parsed_file import parse
from vrrp.config import loader

INSTANCE = """\
vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    priority $PRIORITY
    notify /bin/true
    virtual_ipaddress {
        192.168.8.100/24
    }
}
"""
TEXT = "include words.conf\ninclude conf.d/*.conf\n"


@pytest.fixture
def parsed(monkeypatch):
    """Return the list of the texts that were parsed."""
    texts, real = [], loader.parse
    monkeypatch.setattr(loader, "parse", lambda text, *rest: texts.append(text) or real(text, *rest))
    return texts


@pytest.fixture
def path(tmp_path):
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "conf.d" / "one.conf").write_text(INSTANCE)
    (tmp_path / "words.conf").write_text("$PRIORITY=7\n")
    return tmp_path / "f.conf"


def test_the_same_text_is_parsed_once(path, parsed):
    first = parse(TEXT, str(path))
    second = parse(TEXT, str(path), first.pickled())
    assert parsed == [TEXT]
    assert second.report == first.report == loader.inspect_here(TEXT, str(path))
    assert second.report.configuration.instances[0].priority == 7
    assert second.pickled() == first.pickled()


CHANGES = {
    "an included file has another text": lambda path: (path / "words.conf").write_text("$PRIORITY=8\n"),
    "an included file is gone": lambda path: (path / "words.conf").unlink(),
    "an included file is a program": lambda path: (path / "words.conf").chmod(0o755),
    "a pattern matches one more": lambda path: (path / "conf.d" / "two.conf").write_text("# nothing\n"),
    "a pattern matches one less": lambda path: (path / "conf.d" / "one.conf").unlink(),
    "a directory is another one": lambda path: (path / "conf.d").rename(path / "conf.e"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_of_what_is_included_is_parsed(path, parsed, change):
    before = parse(TEXT, str(path))
    change(path.parent)
    after = parse(TEXT, str(path), before.pickled())
    assert parsed == [TEXT] * 2
    assert after.report == loader.inspect_here(TEXT, str(path))


def test_another_text_or_path_is_parsed(path, parsed):
    before = parse(TEXT, str(path)).pickled()
    assert parse(TEXT + "# more\n", str(path), before).report.digest != parse(TEXT, str(path)).report.digest
    (path.parent / "g.conf").symlink_to(path)
    assert parse(TEXT, str(path.parent / "g.conf"), before).report.sources[0][0].endswith("g.conf")
    assert len(parsed) == 4


def test_another_name_or_environment_of_the_node_is_parsed(path, parsed, monkeypatch):
    text = "$PRIORITY=${_ENV RANK}\n@node7 $PRIORITY=7\n" + INSTANCE
    monkeypatch.setenv("RANK", "5")
    before = parse(text, str(path))
    monkeypatch.setenv("RANK", "6")
    after = parse(text, str(path), before.pickled())
    monkeypatch.setattr(os, "uname", lambda: os.uname_result(("Linux", "node7.example.com", "", "", "")))
    last = parse(text, str(path), after.pickled())
    assert [each.report.configuration.instances[0].priority for each in (before, after, last)] == [5, 6, 7]
    assert len(parsed) == 3


def test_an_included_file_that_cannot_be_read_counts_as_an_answer(path, parsed):
    (path.parent / "words.conf").write_bytes(b"x" * (loader.SIZE_MAX + 1))
    before = parse(TEXT, str(path))
    assert "the file is too large" in str(before.report.problems)
    assert parse(TEXT, str(path), before.pickled()).report == before.report
    assert parsed == [TEXT]
    (path.parent / "words.conf").write_text("$PRIORITY=9\n")
    assert parse(TEXT, str(path), before.pickled()).report.configuration.instances[0].priority == 9


def test_a_parsed_file_that_is_too_large_is_not_pickled(path, monkeypatch):
    whole = parse(TEXT, str(path))
    monkeypatch.setattr(parsed_file, "PICKLE_MAX", len(whole.pickled()))
    assert whole.pickled()
    monkeypatch.setattr(parsed_file, "PICKLE_MAX", len(whole.pickled()) - 1)
    assert whole.pickled() == b""


def test_it_shows_no_password(path):
    (path.parent / "words.conf").write_text("$PRIORITY=7\n$PASS=s3cr3t\n")
    assert "s3cr3t" not in repr(parse(TEXT, str(path)))
