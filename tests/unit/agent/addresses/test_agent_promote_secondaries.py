# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``promote_secondaries`` is set while an instance wants it, and undone where it was not set before."""

from __future__ import annotations

import errno
import io

import pytest
from agent_fakes import Bench, eth, instance

from vrrp.agent.addresses import promote_secondaries
from vrrp.agent.addresses.promote_secondaries import Promotion
from vrrp.agent.log import Log
from vrrp.agent.netlink.link_requests import ipv4_settings
from vrrp.config.model.configuration import Globals


class FakeKernel:
    def __init__(self):
        self.asked: list = []
        self.answer = 0

    def ask(self, requests):
        self.asked += requests
        return [self.answer for _request in requests]


def asked(*settings):
    """Return the requests that set it, for pairs of interface index and value."""
    return [ipv4_settings(index, {"promote_secondaries": value}) for index, value in settings]


@pytest.fixture
def states(monkeypatch, tmp_path):
    """Return ``states("eth0", "1")``, which sets the kernel's value."""
    monkeypatch.setattr(promote_secondaries, "STATE", str(tmp_path / "%s"))
    return lambda name, value: (tmp_path / name).write_text(value)


@pytest.fixture
def kernel():
    return FakeKernel()


@pytest.fixture
def made(kernel, states):
    states("eth0", "0\n")
    return Promotion(kernel, Log(io.StringIO()))


def test_the_option_is_set_once_and_undone_with_the_last_instance(made, kernel):
    for key in ("VI_1", "VI_2", "VI_1"):
        made.hold(key, eth())
    assert (kernel.asked, made.changed) == (asked((2, 1)), {2})
    made.release("VI_1")
    assert len(kernel.asked) == 1
    made.release("VI_2")
    assert (kernel.asked, made.changed) == (asked((2, 1), (2, 0)), set())


def test_the_option_is_left_alone_if_it_was_set_before(made, kernel, states):
    states("eth0", "1\n")
    made.hold("VI_1", eth())
    made.close()
    assert kernel.asked == []


def test_the_option_follows_the_interface(made, kernel, states):
    states("eth0", "0")
    made.hold("VI_1", eth())
    made.hold("VI_1", eth(index=7))
    assert kernel.asked == asked((2, 1), (2, 0), (7, 1))


def test_a_successor_undoes_what_nobody_wants_any_more(made, kernel, states):
    states("eth0", "1")
    made.inherit([2, 3])
    made.hold("VI_1", eth())
    made.settle()
    assert (kernel.asked, made.changed) == (asked((3, 0)), {2})


def test_a_process_that_is_followed_leaves_it(made, kernel):
    made.hold("VI_1", eth())
    made.close(leave=True)
    assert kernel.asked == asked((2, 1))


def test_a_refusal_is_told(kernel, states):
    states("eth0", "0\n")
    text, kernel.answer = io.StringIO(), 1
    made = Promotion(kernel, Log(text))
    made.hold("VI_1", eth())
    assert made.changed == set()
    assert "cannot set promote_secondaries on interface 2: Operation not permitted" in text.getvalue()


def test_an_instance_asks_for_it_as_its_file_says():
    made = Bench(instance(promote_secondaries=True))
    assert made.ports.promotion._held == {made.instance: 2}
    made.instance.reconfigure(instance(), Globals(), 1.0)
    assert made.ports.promotion._held == {}


@pytest.mark.parametrize("content", ["0\n", "2\n", ""])
def test_only_1_means_that_it_is_set(states, content):
    states("eth0", content)
    assert promote_secondaries.is_set("eth0") is False
    states("eth0", "1\n")
    assert promote_secondaries.is_set("eth0") is True


def test_an_interface_that_cannot_be_read_does_not_have_it(states, made, kernel):
    assert promote_secondaries.is_set("eth9") is False
    made.hold("VI_1", eth("eth9", 9))
    assert kernel.asked == asked((9, 1))


def test_an_interface_that_has_gone_is_no_error(made, kernel):
    made.hold("VI_1", eth())
    kernel.answer = errno.ENODEV
    made.release("VI_1")
    assert (made.changed, made._log._stream.getvalue()) == (set(), "")
