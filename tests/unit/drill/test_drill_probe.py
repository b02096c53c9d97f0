# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test probes against this machine's own addresses: ICMP, and a TCP port that is open or closed."""

from __future__ import annotations

import itertools
import socket

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.drill import probe as module
from ansible_collections.hotstandby.vrrp.plugins.module_utils.drill.probe import ProbeError, probe


def rounds(number):
    """Return a function that says yes so many times."""
    left = itertools.count(number, -1)
    return lambda: next(left) > 0


@pytest.fixture(autouse=True)
def often(monkeypatch):
    monkeypatch.setattr(module, "_LOOK_S", 0.001)


@pytest.fixture
def port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        yield listening.getsockname()[1]


def test_echo_requests_are_answered_by_an_address_of_this_machine():
    found = probe(["127.0.0.1", "::1"], None, 0.001, 60, rounds(5))
    assert [(each["address"], each["lost"]) for each in found["counts"]] == [("127.0.0.1", 0), ("::1", 0)]
    assert all(each["sent"] >= 5 for each in found["counts"])


def test_a_host_that_may_not_send_echo_requests_says_what_it_needs(monkeypatch):
    def refuse(*_arguments):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(module.socket, "socket", refuse)
    with pytest.raises(ProbeError, match=r"Operation not permitted.*needs root.*net\.ipv4\.ping_group_range"):
        probe(["127.0.0.1"], None, 0.001, 60, rounds(1))


def test_connections_to_an_open_port_are_answered(port):
    [count] = probe(["127.0.0.1"], port, 0.001, 60, rounds(5))["counts"]
    assert count["sent"] >= 5 and count["lost"] == 0


def test_connections_to_a_closed_port_are_not(port):
    with socket.socket() as closed:  # bound, and nobody listens
        closed.bind(("127.0.0.1", 0))
        [count] = probe(["127.0.0.1"], closed.getsockname()[1], 0.001, 60, rounds(5))["counts"]
    assert count["lost"] == count["sent"] >= 5


def test_it_ends_when_the_time_is_over():
    found = probe(["127.0.0.1"], None, 0.001, 0.05, lambda: True)
    assert found["counts"][0]["sent"] >= 1 and found["seconds"] > 0
