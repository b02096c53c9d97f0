# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a file is loaded, or refused with an error that says file, line and column."""

from __future__ import annotations

import os
import socket

import pytest

from vrrp.config import loader
from vrrp.config.loader import ConfigError, Problem, inspect, load, load_file

GOOD = "vrrp_instance VI_1 {\n interface eth0\n virtual_router_id 51\n virtual_ipaddress {\n 192.0.2.1/24\n }\n%s\n}\n"
RULE = 'RFC 9568 5.2.4 (0 means "I stop" on the wire): priority is 1 to 255'


def refusal(path):
    with pytest.raises(ConfigError) as raised:
        load_file(str(path))
    (problem,) = raised.value.problems
    assert problem.path == str(path)
    return problem


def test_a_good_file_is_loaded(tmp_path):
    path = tmp_path / "hotstandby.conf"
    path.write_text(GOOD % "# 主服务器", encoding="utf-8")
    assert load_file(str(path)) == load(GOOD % "", str(path))


def test_a_missing_file_is_an_error(tmp_path):
    path = tmp_path / "none.conf"
    assert str(refusal(path)) == f"{path}:1:1: error: cannot read the file: no such file or directory"


def test_a_directory_is_an_error(tmp_path):
    assert refusal(tmp_path).text == "cannot read the file: is a directory"


def test_a_file_without_permission_is_an_error(tmp_path, monkeypatch):
    path = tmp_path / "hotstandby.conf"
    path.write_text("", encoding="utf-8")

    def refuse(*arguments):
        raise PermissionError(13, "Permission denied", str(path))

    # root may read every file, so the refusal is simulated
    monkeypatch.setattr(loader.os, "open", refuse)
    assert refusal(path).text == "cannot read the file: permission denied"


def test_a_path_with_nul_is_an_error():
    text = refusal("a\0b").text  # each Python has its own message
    assert text.startswith("cannot read the file: ") and "embedded null" in text


def test_a_file_that_is_too_large_is_an_error(tmp_path):
    path = tmp_path / "hotstandby.conf"
    path.write_text(GOOD % "")
    with open(path, "a") as file:
        file.write("#" * (loader.SIZE_MAX - os.stat(path).st_size))
    assert load_file(str(path)).instances
    with open(path, "ab") as file:
        file.truncate(2**30)
    assert str(refusal(path)) == (
        f"{path}:1:1: error: the file is too large. "
        "a configuration has at most 1048576 octets, with all the files that it includes"
    )


def test_files_that_are_too_large_together_are_an_error(tmp_path):
    """The file beyond the limit is an error: keepalived would go on without a file that it cannot read."""
    comment = "#" * (loader.SIZE_MAX // 2)
    path = included(tmp_path, a=comment, b=comment)
    report = loader.inspect_here(path.read_text(), str(path))
    (problem,) = report.problems
    assert (problem.path, problem.text) == (str(tmp_path / "conf.d" / "b.conf"), "the file is too large")
    with pytest.raises(ConfigError, match="the file is too large"):
        load_file(str(path))


@pytest.mark.parametrize("kind", ["fifo", "device", "socket", "link to a fifo"])
def test_a_file_that_is_not_regular_is_refused_without_waiting(tmp_path, kind):
    path = tmp_path / "hotstandby.conf"
    with socket.socket(socket.AF_UNIX) as sock:
        if kind == "fifo":
            os.mkfifo(path)
        elif kind == "socket":
            sock.bind(str(path))
        elif kind == "device":
            path.symlink_to("/dev/zero")
        else:
            os.mkfifo(tmp_path / "fifo")
            path.symlink_to("fifo")
        said = "no such device or address" if kind == "socket" else "it is not a regular file"
        assert refusal(path).text == f"cannot read the file: {said}"


def test_a_file_that_is_not_utf8_is_an_error(tmp_path):
    path = tmp_path / "hotstandby.conf"
    path.write_bytes(b"global_defs {\n router_id \xe4\xb8\n}\n")
    problem = refusal(path)
    assert (problem.line, problem.column, problem.text) == (2, 12, "the file is not UTF-8")


def test_an_included_file_that_is_not_utf8_is_none_in_a_comment(tmp_path):
    path = included(tmp_path, a=GOOD % "")
    (tmp_path / "conf.d" / "b.conf").write_bytes(b"# gr\xfc\xdfe\n")
    assert load_file(str(path)).instances[0].name == "VI_1"


def test_conditional_lines_are_those_of_the_node(tmp_path, monkeypatch):
    path = tmp_path / "hotstandby.conf"
    path.write_text(GOOD % "@node7 priority 7\n@node8 priority 8", encoding="utf-8")
    monkeypatch.setattr(os, "uname", lambda: os.uname_result(("Linux", "node7.example.com", "", "", "")))
    assert loader.node_config_id() == "node7"
    assert load_file(str(path)).instances[0].priority == 7
    assert load_file(str(path), config_id="node8").instances[0].priority == 8
    assert load_file(str(path), config_id="").instances[0].priority == 100


def included(tmp_path, **files):
    """Write hotstandby.conf, and files in conf.d beside it."""
    (tmp_path / "conf.d").mkdir()
    for name, text in files.items():
        (tmp_path / "conf.d" / f"{name}.conf").write_text(text, encoding="utf-8")
    path = tmp_path / "hotstandby.conf"
    path.write_text("$PRIORITY=7\ninclude conf.d/*.conf\n", encoding="utf-8")
    return path


def test_included_files_are_found_beside_the_file(tmp_path, monkeypatch):
    path = included(
        tmp_path,
        a=GOOD % "priority $PRIORITY",
        b=GOOD.replace("_1", "_2").replace("51", "52").replace(".1/", ".2/") % "",
    )
    monkeypatch.chdir("/")
    instances = load_file(str(path)).instances
    assert [(each.name, each.priority) for each in instances] == [("VI_1", 7), ("VI_2", 100)]
    monkeypatch.chdir(tmp_path)
    assert load_file("hotstandby.conf").instances == instances


def test_an_include_cannot_hang_on_a_pipe_or_run_away(tmp_path):
    path = included(tmp_path, a=GOOD % "")
    os.mkfifo(tmp_path / "conf.d" / "b.conf")
    os.symlink("nowhere", tmp_path / "conf.d" / "c.conf")
    (tmp_path / "conf.d" / "d.conf").mkdir()
    report = loader.inspect_here(path.read_text(), str(path))
    assert len(report.configuration.instances) == 1
    assert [each.text.rsplit("/", 1)[-1] for each in report.warnings] == [
        "b.conf is a program, or not a regular file",
        "c.conf is a program, or not a regular file",
        "d.conf is a directory",
    ]


def test_a_file_that_includes_itself_by_another_name_is_refused(tmp_path):
    path = included(tmp_path, a="include ../conf.d/b.conf\n")
    os.symlink("a.conf", tmp_path / "conf.d" / "b.conf")
    problems = loader.inspect_here(path.read_text(), str(path)).problems
    assert [each.text.rsplit("/", 1)[-1] for each in problems] == ["b.conf is being read already"] * 2


def test_the_digest_covers_what_is_included(tmp_path):
    path = included(tmp_path, a=GOOD % "")
    digest = loader.inspect_here(path.read_text(), str(path)).digest
    assert loader.inspect_here(path.read_text(), str(path)).digest == digest
    (tmp_path / "conf.d" / "a.conf").write_text(GOOD % "priority 9", encoding="utf-8")
    assert loader.inspect_here(path.read_text(), str(path)).digest != digest


def test_the_digest_of_one_file_is_that_of_its_text():
    assert inspect("abc", "f").digest == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert inspect("\ufeffabc", "f").digest != inspect("abc", "f").digest


def test_the_environment_is_that_of_the_process(monkeypatch):
    monkeypatch.setenv("PRIORITY", "77")
    report = loader.inspect_here(GOOD % "priority ${_ENV PRIORITY}", "f")
    assert report.configuration.instances[0].priority == 77


def test_a_report_shows_no_password():
    report = inspect(GOOD % "authentication {\nauth_type PASS\nauth_pass sesame\n}", "f")
    assert "sesame" in report.sources[0][1]
    assert "sesame" not in repr(report)


def test_an_error_has_file_line_and_column():
    with pytest.raises(ConfigError) as raised:
        load("global_defs {\n  vrrp_versoin 2\n}\nvrrp_instance a {\n priority 256\n", "/etc/x.conf")
    problems = raised.value.problems
    assert problems == (
        Problem("/etc/x.conf", 2, 3, "", "did you mean vrrp_version?", 'unknown keyword "vrrp_versoin" in global_defs'),
        Problem(
            "/etc/x.conf",
            4,
            1,
            "Each { needs its }",
            "add the missing } where this block ends",
            'the block "vrrp_instance a" is never closed',
        ),
        Problem("/etc/x.conf", 5, 11, RULE, "", "priority 256 is out of range"),
    )
    assert str(raised.value) == (
        '/etc/x.conf:2:3: error: unknown keyword "vrrp_versoin" in global_defs (did you mean vrrp_version?)\n'
        '/etc/x.conf:4:1: error: the block "vrrp_instance a" is never closed. Each { needs its }'
        " (add the missing } where this block ends)\n"
        f"/etc/x.conf:5:11: error: priority 256 is out of range. {RULE}"
    )


def test_inspect_never_raises():
    report = inspect("}", "f")
    assert report.configuration is None
    assert [problem.line for problem in report.problems] == [1]
