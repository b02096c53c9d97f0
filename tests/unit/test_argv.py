# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that names of instances and files are found with any locale of the user."""

from __future__ import annotations

import json
import locale
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from vrrp import argv

MODULE_UTILS = str(Path(argv.__file__).parents[1])
NAME = "节点"
FILE = """\
include {directory}/包.conf
vrrp_instance {name} {{
    interface no-such-if
    virtual_router_id 51
    version 3
    auth_hmac {{
        key 1 file:{directory}/钥
        active_key 1
    }}
    notify_master {directory}/脚本.sh
    virtual_ipaddress {{
        192.0.2.1/24
    }}
}}
"""
POSIX = {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
UTF8 = {"LC_ALL": "C.UTF-8"}


@pytest.fixture
def place(tmp_path):
    directory = tmp_path / "目录"
    directory.mkdir()
    for name, text in (
        ("包.conf", "# nothing\n"),
        ("钥", "0" * 64 + "\n"),
        ("脚本.sh", "#!/bin/sh\n"),
        ("文件.conf", FILE.format(directory=directory, name=NAME)),
    ):
        (directory / name).write_text(text, encoding="utf-8")
        (directory / name).chmod(0o700 if name.endswith(".sh") else 0o600)
    return directory


def run(*words, options=(), **environment):
    known = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHON"))}
    done = subprocess.run(
        [sys.executable, "-B", *options, "-m", "vrrp.cli", *map(str, words)],
        env={**known, "PYTHONPATH": MODULE_UTILS, **environment},
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert b"Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout, done.stderr


def escaped(text):
    return str(text).encode("ascii", "backslashreplace")


def test_files_are_found_and_shown_as_the_terminal_can(place):
    file = place / "文件.conf"
    status, output, errors = run("check", file, **UTF8)
    assert (status, output.decode()) == (0, f"{file}: ok, 1 instance ({NAME})\n")
    assert run("check", file, **POSIX) == (0, escaped(output.decode()), escaped(errors.decode()))


def test_a_file_that_is_not_there_is_shown_likewise(place):
    assert run("check", place / "无", **POSIX)[2].startswith(escaped(place / "无:1:1: error: cannot read the file"))


def test_the_encoding_that_the_streams_are_told_stays(place):
    environment = {**POSIX, "PYTHONIOENCODING": "utf-8"}
    assert run("check", place / "文件.conf", **environment)[1].decode().endswith(f"({NAME})\n")


def test_a_mode_of_the_interpreter_that_was_chosen_stays(place):
    assert run("check", place / "文件.conf", options=("-X", "utf8"), **POSIX)[1].decode().endswith(f"({NAME})\n")


@pytest.mark.parametrize("environment", [POSIX, UTF8, {"LC_ALL": "C"}, {}])
@pytest.mark.parametrize("verb", ["promote", "demote", "release"])
def test_the_agent_is_asked_for_the_name_in_utf_8(tmp_path, environment, verb):
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "control.sock"))
        server.listen()
        asked = []

        def answer():
            connection, _address = server.accept()
            with connection, connection.makefile("rwb") as file:
                asked.append(json.loads(file.readline()))
                file.write(json.dumps({"ok": True, "result": {"name": NAME, "why": "BACKUP"}}).encode() + b"\n")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        assert run(verb, NAME, "--runtime-dir", tmp_path, **environment)[0] == 0
        thread.join(10)
    assert [each["instance"] for each in asked] == [NAME]


@pytest.mark.parametrize(
    ("octets", "encoding", "word"),
    [
        (b"VI_1", "ascii", "VI_1"),
        (NAME.encode(), "ascii", NAME),
        ("Zürich".encode(), "iso8859-1", "Zürich"),  # a terminal may send UTF-8 with any locale
        (b"Z\xfcrich", "iso8859-1", "Zürich"),
        (b"Z\xfcrich", "ascii", "Z\udcfcrich"),
        (b"Z\xfcrich", "no such encoding", "Z\udcfcrich"),
    ],
)
def test_a_word_that_is_not_utf_8_is_in_the_encoding_of_the_terminal(monkeypatch, octets, encoding, word):
    monkeypatch.setattr(locale, "nl_langinfo", lambda item: encoding)
    assert argv.word(os.fsdecode(octets)) == word


def test_the_encoding_of_the_terminal_counts_after_a_restart_only(monkeypatch):
    monkeypatch.delenv("PYTHONIOENCODING", raising=False)
    assert argv.terminal() is None
    monkeypatch.setitem(sys._xoptions, argv.MARK, True)
    assert argv.terminal() == locale.nl_langinfo(locale.CODESET)
    monkeypatch.setenv("PYTHONIOENCODING", "utf-8")
    assert argv.terminal() is None


def test_a_process_that_cannot_start_again_goes_on(monkeypatch):
    monkeypatch.setattr(sys, "getfilesystemencoding", lambda: "ascii")
    monkeypatch.setattr(argv, "COMMAND_LINE", "/nonexistent/cmdline")
    argv.restart_in_utf8()


def test_it_starts_again_with_all_its_words_in_the_mode_for_utf_8(tmp_path, monkeypatch):
    started = []
    line = tmp_path / "cmdline"
    line.write_bytes(b"python3\0-m\0vrrp.cli\0promote\0Z\xfcrich\0\0")
    monkeypatch.setattr(sys, "getfilesystemencoding", lambda: "ascii")
    monkeypatch.setattr(argv, "COMMAND_LINE", str(line))
    monkeypatch.setattr(os, "execv", lambda program, words: started.append((program, words)))
    argv.restart_in_utf8()
    own = os.fsencode(sys.executable)
    words = [own, b"-X", b"utf8", b"-X", argv.MARK.encode(), b"-m", b"vrrp.cli", b"promote", b"Z\xfcrich", b""]
    assert started == [(sys.executable, words)]


@pytest.mark.parametrize("why", ["it is UTF-8", "it was started again", "the interpreter is unknown"])
def test_it_does_not_start_again_where_that_would_change_nothing(monkeypatch, why):
    monkeypatch.setattr(sys, "getfilesystemencoding", lambda: "utf-8" if why == "it is UTF-8" else "ascii")
    if why == "it was started again":
        monkeypatch.setitem(sys._xoptions, argv.MARK, True)
    if why == "the interpreter is unknown":
        monkeypatch.setattr(sys, "executable", "")
    monkeypatch.setattr(os, "execv", lambda program, words: pytest.fail("it was started again"))
    argv.restart_in_utf8()
