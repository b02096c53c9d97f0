# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The programs that a configuration names exist, and its user may run them."""

from __future__ import annotations

import os
import pwd
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from vrrp import cli
from vrrp.agent.netlink import links
from vrrp.agent.process import script_security
from vrrp.agent.process.script_security import unrunnable
from vrrp.config.loader import inspect, inspect_here
from vrrp.config.syntax.diagnostics import WARNING

ME = pwd.getpwuid(os.geteuid()).pw_name


def text(script="/bin/true", user="", notify="", settings=""):
    return f"""\
global_defs {{
    {settings}
}}
vrrp_script chk {{
    script "{script}"
    {f"user {user}" if user else ""}
}}
vrrp_instance VI_1 {{
    interface eth0
    virtual_router_id 51
    virtual_ipaddress {{
        192.168.8.100/24
    }}
    track_script {{
        chk
    }}
    {notify}
}}
"""


def found(*arguments, agent_user=None, hidden=(), writable=None, **words):
    problems = unrunnable(
        inspect_here(text(*arguments, **words), "/f.conf").programs, agent_user, hidden=hidden, writable=writable
    )
    return [str(problem) for problem in problems]


@pytest.fixture
def program(tmp_path):
    path = tmp_path / "chk.sh"
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def stranger(monkeypatch):
    """A user who owns nothing, so that every file's permissions for others are his."""
    entry = SimpleNamespace(pw_name="stranger", pw_uid=54321, pw_gid=54321)
    account = pwd.getpwnam
    monkeypatch.setattr(pwd, "getpwnam", lambda name: entry if name == "stranger" else account(name))
    monkeypatch.setattr(os, "getgrouplist", lambda name, gid: [gid])
    return entry.pw_name


def test_a_program_that_is_there_is_not_mentioned(program):
    assert found(str(program), notify=f'notify_master "{program} up" {ME}') == []
    assert found("true") == []


def test_a_program_that_is_not_there():
    assert found("/usr/bin/nothere --fast") == [
        "/f.conf:5:12: error: cannot run /usr/bin/nothere: No such file or directory"
        " (put it there first, or correct the path)"
    ]
    assert "there is no program nothere in /usr/local/sbin" in found("nothere")[0]


@pytest.mark.parametrize(
    "word",
    ["notify", "notify_master", "notify_backup", "notify_fault", "notify_stop", "notify_master_rx_lower_pri"],
)
def test_a_notify_command_that_is_not_there(word):
    (line,) = found(notify=f"{word} /usr/bin/nothere")
    assert line.startswith("/f.conf:17:") and "cannot run /usr/bin/nothere" in line


def test_a_directory_is_no_program(tmp_path):
    assert "it is not a file" in found(str(tmp_path))[0]


def test_a_file_that_nobody_may_execute(program):
    program.chmod(0o644)
    (line,) = found(str(program), agent_user="stillto")
    assert "no user may execute it (name a program, or make it executable: chmod a+x)" in line
    (line,) = found(str(program), user=ME)
    assert f"{ME} may not execute it" in line


@pytest.mark.usefixtures("stranger")
def test_a_file_that_its_user_may_not_execute():
    with tempfile.TemporaryDirectory() as place:  # every user may enter it, unlike tmp_path
        os.chmod(place, 0o755)
        program = Path(place) / "chk.sh"
        program.write_text("#!/bin/sh\n")
        program.chmod(0o754)
        assert "stranger may not execute it" in found(str(program), settings="script_user stranger")[0]
        program.chmod(0o755)
        assert found(str(program), settings="script_user stranger") == []


def test_a_directory_that_its_user_may_not_enter(program, stranger):
    program.parent.chmod(0o700)
    assert f"stranger may not enter {program.parent}" in found(str(program), user=stranger)[0]


def test_users_and_groups_that_do_not_exist():
    assert found(settings="script_user nobodyhere") == [
        "/f.conf:2:17: error: there is no user nobodyhere on this machine (create it, or name another one)"
    ]
    assert "there is no user nobodyhere" in found(user="nobodyhere")[0]
    assert "there is no group nogrouphere" in found(user=f"{ME} nogrouphere")[0]
    assert "there is no user nobodyhere" in found(notify="notify_stop /bin/true nobodyhere")[0]


def test_the_user_of_the_agent_may_be_still_to_be_made():
    assert found(settings="script_user nobodyhere", agent_user="nobodyhere") == []
    assert found(agent_user="nobodyhere") == []


def test_our_own_script_user_goes_before_keepalived_s():
    assert found(settings="script_user nobodyhere\n    @hotstandby agent_script_user root") == []


def test_script_security_is_asked_for_where_root_runs_it(program):
    program.chmod(0o777)
    secure = "script_user root\n    enable_script_security"
    assert "it runs as root, and others than root can change" in found(str(program), settings=secure)[0]
    program.chmod(0o755)
    assert found(str(program), settings=secure) == []


def test_a_program_that_others_can_write_is_told(program):
    program.chmod(0o777)
    (line,) = found(str(program), settings="script_user root")
    assert f"cannot run {program}: others can write {program} (chmod o-w {program})" in line


def test_a_program_that_the_service_does_not_see_is_told(program):
    (line,) = found(str(program), hidden=("/nowhere", str(program.parent)))
    assert f"cannot run {program}: the service does not see what lies in {program.parent}" in line
    assert found(str(program), hidden=("/nowhere", f"{program.parent}x")) == []


def test_hotstandby_check_warns(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(links, "dump", lambda table: table)
    file = tmp_path / "f.conf"
    file.write_text(text("/usr/bin/nothere"))
    assert cli.main(["check", str(file)]) == 0
    assert f"{file}:5:12: {WARNING}: cannot run /usr/bin/nothere" in capsys.readouterr().err


@pytest.mark.parametrize(
    "settings",
    [
        "startup_script /usr/bin/nothere",
        'shutdown_script "/usr/bin/nothere now"',
        "notify_fifo /run/hotstandby/f\n    notify_fifo_script /usr/bin/nothere",
        "vrrp_notify_fifo /run/hotstandby/f\n    vrrp_notify_fifo_script /usr/bin/nothere",
    ],
    ids=lambda settings: settings.split()[-2],
)
def test_every_kind_of_command_is_looked_at(settings):
    (line,) = found(settings=settings)
    assert "error: cannot run /usr/bin/nothere: No such file or directory" in line


def test_scripts_of_a_removal_and_of_a_group_are_looked_at():
    (line,) = found(notify="notify_deleted /usr/bin/nothere")
    assert line.startswith("/f.conf:17:20: error: cannot run /usr/bin/nothere")
    assert found(notify="notify_deleted") == []
    group = "vrrp_sync_group G {\n    group {\n        VI_1\n    }\n    notify_master /usr/bin/nothere\n}\n"
    problems = unrunnable(inspect_here(text() + group, "/f.conf").programs)
    assert [str(each).partition(" (")[0] for each in problems] == [
        "/f.conf:23:19: error: cannot run /usr/bin/nothere: No such file or directory"
    ]


class TestFifo:
    def fifo(self, path, **words):
        return found(settings=f"notify_fifo {path}", **words)

    def test_a_good_place_is_not_mentioned(self, tmp_path):
        assert self.fifo("/run/hotstandby/notify.fifo", writable=()) == []
        assert self.fifo(tmp_path / "fifo") == []
        os.mkfifo(tmp_path / "there")
        assert self.fifo(tmp_path / "there") == []

    def test_a_regular_file_is_no_fifo(self, tmp_path):
        (tmp_path / "file").touch()
        assert self.fifo(tmp_path / "file") == [
            f"/f.conf:2:17: error: {tmp_path}/file is not a FIFO (remove it, or write another path)"
        ]

    def test_a_directory_that_is_not_there(self, tmp_path):
        (line,) = self.fifo(tmp_path / "no" / "fifo")
        assert f"cannot make the FIFO {tmp_path}/no/fifo: there is no directory {tmp_path}/no (make it, or put" in line
        assert "there is no directory /run/hotstandby/no" in self.fifo("/run/hotstandby/no/fifo")[0]

    def test_a_directory_that_the_agent_may_not_write(self, tmp_path, stranger):
        tmp_path.chmod(0o755)
        (line,) = self.fifo(tmp_path / "fifo", agent_user=stranger)
        assert f"the agent's user may not write to {tmp_path} (put it in /run/hotstandby" in line
        tmp_path.chmod(0o777)
        assert self.fifo(tmp_path / "fifo", agent_user=stranger) == []

    def test_a_fifo_where_the_service_may_not_write_is_refused(self):
        assert "the service may not write to /var/spool (put it in" in self.fifo("/var/spool/fifo", writable=())[0]
        assert self.fifo("/var/spool/fifo", writable=("/var/spool",)) == []
        assert "only the service sees the FIFO /tmp/fifo" in self.fifo("/tmp/fifo", writable=("/tmp",))[0]

    def test_an_owner_who_is_not_there(self):
        (line,) = self.fifo("/run/hotstandby/fifo nobodyhere")
        assert "there is no user nobodyhere on this machine" in line


def test_a_script_that_only_a_shell_runs_is_a_warning_at_its_line(program):
    program.write_text("exit 0\n")
    rule = "The kernel will not execute it: /bin/sh runs it"
    assert found(f"{program} one", notify=f"notify_master {program}") == [
        f"/f.conf:5:12: warning: {program}: its first line does not begin with #!. {rule} (add #!/bin/sh)",
    ]
    assert found("/bin/true", notify=f"notify_master {program}") == [
        f"/f.conf:17:19: warning: {program}: its first line does not begin with #!. {rule} (add #!/bin/sh)",
    ]
    program.chmod(0o644)
    (line,) = found(str(program))
    assert "error" in line and "no user may execute it" in line


def test_the_start_tells_each_of_them_once(program):
    program.write_bytes(b"#!/bin/sh\r\n")
    written = text(str(program), notify=f"notify_master {program}")
    (doubt,) = script_security.doubts(inspect(written, "/f.conf").programs)
    assert str(doubt).startswith(f"/f.conf:5:12: warning: {program}: its interpreter /bin/sh^M does not exist.")
    program.write_text("#!/bin/sh\n")
    assert script_security.doubts(inspect(written, "/f.conf").programs) == ()


def test_a_program_that_cannot_run_is_an_error_and_a_warning_at_the_start(program):
    program.write_text("#!/usr/bin/env nosuchprog\n")
    written = text(str(program), notify=f"notify_master {program}")
    finds = f"env is to find its interpreter, but there is no program nosuchprog in {script_security.PATH}"
    why = f"cannot run {program}: {finds}"
    (problem,) = found(str(program), notify=f"notify_master {program}")
    assert problem.startswith(f"/f.conf:5:12: error: {why}. It cannot be started, so a check of it fails (install it")
    (doubt,) = script_security.doubts(inspect(written, "/f.conf").programs)
    assert str(doubt).startswith(f"/f.conf:5:12: warning: {why}.")
    program.write_bytes(b"\x7fELF")
    (line,) = found(str(program))
    assert line.startswith(f"/f.conf:5:12: error: cannot run {program}: it is a damaged program.")


GROUP = "vrrp_sync_group G {\n    group {\n        VI_1\n    }\n    notify_master %s\n}\n"


@pytest.mark.parametrize("keyword", ["startup_script", "shutdown_script", "notify_fifo_script", "sync group"])
def test_the_start_tells_of_whatever_it_will_run(program, keyword):
    program.write_text("exit 0\n")
    written = text("/bin/true")
    if keyword == "sync group":
        written += GROUP % program
    else:
        written = written.replace("global_defs {", f"global_defs {{\n    notify_fifo /run/f\n    {keyword} {program}")
    (doubt,) = script_security.doubts(inspect(written, "/f.conf").programs)
    assert str(program) in written.splitlines()[doubt.line - 1]


def test_a_program_that_we_may_not_look_at_is_not_judged(program, monkeypatch):
    real = os.stat

    def forbidden(path, *arguments, **options):
        if path == str(program):
            raise PermissionError(13, "Permission denied")
        return real(path, *arguments, **options)

    monkeypatch.setattr(os, "stat", forbidden)
    monkeypatch.setattr(script_security.shebang, "flaw", lambda place: None)
    assert found(str(program)) == []


def test_a_vrrp_script_without_a_command_is_no_program():
    programs = inspect_here(text().replace('    script "/bin/true"\n', ""), "/f.conf").programs
    assert list(unrunnable(programs, None)) == []


ME_WITH_GROUPS = script_security._Who("u", 1000, 1000, frozenset((1000, 2000)))


@pytest.mark.parametrize(
    ("mode", "owner", "group", "executes", "writes"),
    [
        (0o700, 1000, 1, True, True),
        (0o077, 1000, 1000, False, False),  # the owner has the owner's rights only
        (0o070, 1, 1000, True, True),
        (0o070, 1, 2000, True, True),
        (0o707, 1, 1000, False, False),
        (0o007, 1, 1, True, True),
        (0o770, 1, 1, False, False),
        (0o750, 1, 2000, True, False),
    ],
)
def test_a_user_has_the_rights_of_the_owner_or_the_group_or_the_others(mode, owner, group, executes, writes):
    status = SimpleNamespace(st_mode=0o100000 | mode, st_uid=owner, st_gid=group)
    place = "/no/such/file"  # it has no access list
    assert script_security._lets(status, place, ME_WITH_GROUPS) is executes
    assert script_security._writes(status, place, ME_WITH_GROUPS) is writes


def test_an_access_list_may_give_what_the_mode_does_not(monkeypatch):
    monkeypatch.setattr(os, "listxattr", lambda place: ["system.posix_acl_access"])
    status = SimpleNamespace(st_mode=0o100700, st_uid=1, st_gid=1)
    assert script_security._lets(status, "/x", ME_WITH_GROUPS) and script_security._writes(status, "/x", ME_WITH_GROUPS)
