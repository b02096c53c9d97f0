# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that an agent is asked once a second at most, and what is served where it does not answer."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cli_parts import MODULE_UTILS, STATUS

from vrrp import cli
from vrrp.client import AgentError, AgentUnreachable
from vrrp.metrics import as_text
from vrrp.metrics_service import FRESH_S, Scraped, write


class Agent:
    """It counts how often it is asked, and answers with what ``answer`` is."""

    def __init__(self, answer):
        self.answer, self.asked, self.now = answer, 0, 100.0

    def __call__(self):
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def scraped(answer):
    agent = Agent(answer)
    return agent, Scraped(agent, lambda: agent.now)


def test_ten_scrapes_in_a_second_ask_the_agent_once():
    agent, metrics = scraped(STATUS)
    assert metrics.text(True).decode().splitlines() == as_text(STATUS, True)
    for _tenth in range(9):
        agent.now += FRESH_S / 10.1
        assert metrics.text(False).decode().splitlines() == as_text(STATUS, False)
    assert agent.asked == 1
    agent.answer = {"instances": []}
    agent.now += FRESH_S
    assert b"VI_1" not in metrics.text(True)
    assert agent.asked == 2


@pytest.mark.parametrize("error", [AgentUnreachable("no agent is running"), AgentError("too many connections")])
def test_without_an_answer_the_metrics_say_so_and_the_log_says_it_once(error, capsys):
    agent, metrics = scraped(error)
    assert b"hotstandby_up 0\n" in metrics.text(True)
    metrics.text(False)
    assert agent.asked == 1  # an agent that hangs is not asked by each of many scrapes
    agent.now += FRESH_S
    metrics.text(True)
    assert (agent.asked, capsys.readouterr().err) == (2, f"{error}\n")
    agent.now, agent.answer = agent.now + FRESH_S, STATUS
    assert b"hotstandby_up 1\n" in metrics.text(True)
    assert capsys.readouterr().err == "the agent answers again\n"


def test_a_file_is_whole_and_everybody_may_read_it(tmp_path):
    path = tmp_path / "hotstandby.prom"
    before = os.umask(0o077)
    try:
        for text in (b"one\n", b"two\n"):
            write(str(path), text)
            assert path.read_bytes() == text and stat.S_IMODE(path.stat().st_mode) == 0o644
    finally:
        os.umask(before)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("kind", ["directory", "fifo", "link", "link to nothing"])
def test_a_directory_fifo_or_link_at_the_path_of_the_file_is_kept(tmp_path, kind):
    path, other = tmp_path / "a.prom", tmp_path / "other"
    if kind != "link to nothing":
        other.write_text("precious")
    if kind == "directory":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    else:
        path.symlink_to(other)
    before, names = os.lstat(path), sorted(os.listdir(tmp_path))
    with pytest.raises(OSError, match="is no regular file"):
        write(str(path), b"text\n")
    assert os.path.samestat(os.lstat(path), before) and sorted(os.listdir(tmp_path)) == names


@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_a_link_in_place_of_the_new_file_is_not_followed(tmp_path, link):
    precious = tmp_path / "precious"
    precious.write_text("precious")
    link(precious, tmp_path / "a.prom.new")
    with pytest.raises(OSError):
        write(str(tmp_path / "a.prom"), b"text\n")
    assert precious.read_text() == "precious" and not (tmp_path / "a.prom").exists()


def test_a_part_that_a_killed_process_has_written_is_replaced(tmp_path):
    (tmp_path / "a.prom.new").write_text("longer than the whole text")
    write(str(tmp_path / "a.prom"), b"text\n")
    assert (tmp_path / "a.prom").read_bytes() == b"text\n" and os.listdir(tmp_path) == ["a.prom"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--socket", "there"], "cannot be served at there: it is there, and is no socket: choose another path"),
        (["--textfile", "there"], "cannot be served at there: it is there, and is no regular file: choose"),
        (["--listen", "192.0.2.1:9165"], "cannot be served at 192.0.2.1:9165: "),
        (["--listen", "9165"], "'9165' is not an address with a port "),
        (["--socket", "/nonexistent/s"], "cannot be served at /nonexistent/s: No such file or directory"),
        (["--textfile", "/nonexistent/a.prom"], "cannot be served at /nonexistent/a.prom.new: No such file"),
    ],
)
def test_an_output_that_cannot_be_used_ends_the_command_with_an_error(words, said, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()
    assert cli.main(["metrics", "--runtime-dir", str(tmp_path), *words]) == 1
    assert said in capsys.readouterr().err.splitlines()[-1]


def test_the_process_is_ready_serves_writes_and_ends(tmp_path):
    socket_path, textfile = tmp_path / "metrics.sock", tmp_path / "hotstandby.prom"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(20)
        words = ["metrics", "--runtime-dir", str(tmp_path), "--socket", socket_path, "--textfile", textfile]
        process = subprocess.Popen(
            [sys.executable, "-m", "vrrp.cli", *words], stderr=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": str(MODULE_UTILS), "NOTIFY_SOCKET": str(tmp_path / "notify")},
        )  # fmt: skip
        try:
            assert systemd.recv(100) == b"READY=1"
            assert "hotstandby_up 0\n" in Path(textfile).read_text()
            with socket.socket(socket.AF_UNIX) as sock:
                sock.connect(str(socket_path))
                sock.sendall(b"GET /metrics HTTP/1.1\r\n\r\n")
                assert sock.recv(100).startswith(b"HTTP/1.1 200 OK\r\n")
            process.send_signal(signal.SIGTERM)
            assert systemd.recv(100) == b"STOPPING=1"
            errors = process.communicate(timeout=20)[1]
        finally:
            process.kill()
            process.wait(10)
    assert (process.returncode, socket_path.exists()) == (0, False)
    assert errors.startswith(f"no agent is running behind {tmp_path}/control.sock")
