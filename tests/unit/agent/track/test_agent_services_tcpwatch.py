# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A check of TCP connects to real listeners, and to ports without one."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import io
import socket
from ipaddress import ip_address

import pytest

from vrrp.agent.log import Log
from vrrp.agent.track.services import TcpCheck, place, said
from vrrp.config.model.trackers import TrackedTcp

LOCAL = ip_address("127.0.0.1")


def check(port, host=LOCAL, text=None, **fields):
    return TcpCheck(TrackedTcp(host, port, **fields), lambda: None, Log(text or io.StringIO()))


@contextlib.contextmanager
def listener(family=socket.AF_INET, host="127.0.0.1", backlog=5):
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        sock.bind((host, 0))
        sock.listen(backlog)
        yield sock.getsockname()[1]


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_a_server_that_accepts_is_good(family, host):
    with listener(family, host) as port:
        assert asyncio.run(check(port, ip_address(host)).ask()) == ""


def test_a_refused_connection_is_told():
    with listener() as port:
        pass
    assert asyncio.run(check(port).ask()) == "connection refused"


def test_a_server_that_does_not_answer_is_cut_off():
    async def run():
        loop = asyncio.get_running_loop()
        with listener(backlog=0) as port:
            full = [socket.socket() for _count in range(3)]  # the kernel answers no more
            for sock in full:
                sock.setblocking(False)
                sock.connect_ex(("127.0.0.1", port))
            began = loop.time()
            outcome = await check(port, timeout_s=0.3).ask()
            took_s = loop.time() - began
            for sock in full:
                sock.close()
            return outcome, took_s

    outcome, took_s = asyncio.run(run())
    assert outcome == "no answer within 0.3 s"
    assert 0.25 < took_s < 1.5


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (errno.EHOSTUNREACH, "no route to host"),
        (errno.ENETUNREACH, "network is unreachable"),
        (errno.ECONNRESET, "connection reset by peer"),
        (errno.ETIMEDOUT, "no answer"),
    ],
)
def test_errors_are_one_clause(number, text):
    assert said(OSError(number, "[Errno 113] Connect call failed ('192.168.8.1', 80)")) == text


def test_rise_and_fall_and_the_log():
    text = io.StringIO()
    made = check(80, ip_address("fd00:8::1"), text, rise=2, fall=2)
    says = []
    for outcome in ("", "connection refused", "connection refused", "", ""):
        made.observe(outcome)
        says.append(made.ok)
    assert says == [True, True, False, False, True]
    assert [line.split(" ", 2)[2] for line in text.getvalue().splitlines()] == [
        "TCP([fd00:8::1]:80) succeeded",
        "TCP([fd00:8::1]:80) failed (connection refused)",
        "TCP([fd00:8::1]:80) succeeded",
    ]


def test_address_and_port_name_the_check():
    assert place("192.168.8.1", 80) == "192.168.8.1:80"
    assert check(80).name == "127.0.0.1:80"
    assert check(80).definition != check(80, interval_s=2.0).definition
    assert check(80).subject == check(80, interval_s=2.0).subject
    assert check(80, interval_s=20.0, timeout_s=3.0).answer_within_s == 23.0
