# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that any request to the control socket gets an answer that is a line of JSON, and no exception."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from types import SimpleNamespace

from fuzzing import fuzz
from hypothesis import strategies as st

from vrrp.agent.control.commands import Commands
from vrrp.agent.control.maintenance import Maintenance
from vrrp.agent.control.mastership import Mastership
from vrrp.agent.control.reload import Reload
from vrrp.agent.control.server import REQUEST_MAX, CommandError, ControlServer, encode
from vrrp.agent.instances import Instances
from vrrp.agent.log import Log
from vrrp.agent.netlink.links import InterfaceTable
from vrrp.agent.restart_memory import RestartMemory
from vrrp.protocol.event_log import EventLog
from vrrp.protocol.override import CommandRefused
from vrrp.protocol.router import VirtualRouter
from vrrp.protocol.states import Parameters
from vrrp.protocol.terms import Terms, TermsError, parse

COMMANDS = ["status", "promote", "demote", "release", "drain", "undrain", "reload", "events", "plan", "apply", ""]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)
NAMES = st.sampled_from(["VI_1", "VI_2", "", "VI_1\n"])


NOON = 1796040000.0  # 2026-11-30T12:00:00Z
END = st.text("0123456789dhmsTZ:-+. ", max_size=25) | st.datetimes().map(str) | st.integers().map("{}s".format)
TERMS = JSON | st.fixed_dictionaries({}, optional={"reason": JSON | st.text(), "expires": JSON | END, "by": JSON})


@st.composite
def requests(draw):
    request = draw(st.dictionaries(st.sampled_from(["command", "instance", "content", "group", "x"]) | st.text(), JSON))
    if draw(st.booleans()):
        request["command"] = draw(st.sampled_from(COMMANDS) | st.text())
    if draw(st.booleans()):
        request["instance"] = draw(NAMES)
    if draw(st.booleans()):
        request["maintenance"] = draw(TERMS)
    return json.dumps(request).encode()


@st.composite
def nearly_requests(draw):
    line = bytearray(draw(requests()))
    for _change in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, max(len(line) - 1, 0)))
        line[at : at + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(line)


def refuse(*arguments):
    raise CommandRefused("it is in FAULT")


@dataclass(eq=False)
class Standing:
    """It is an instance, as far as an operator's command looks at it."""

    name: str
    addresses: SimpleNamespace
    router: VirtualRouter
    restart: RestartMemory
    journal: EventLog


def agent() -> Commands:
    """Return an agent that is about to stop, as far as its commands look at it."""
    instances = Instances()
    router, memory = VirtualRouter(Parameters(2, 51, 100, 100)), RestartMemory(lambda now: None, None)
    instances.running["VI_1"] = Standing("VI_1", SimpleNamespace(owned=()), router, memory, EventLog())
    groups = SimpleNamespace(command=refuse, mates=lambda instance: (instance,))
    log = Log(io.StringIO())
    mastership = Mastership(instances, groups, lambda: True, lambda: None, log)
    reload = Reload(None, None, None, lambda: True, None, None, None, log)
    recorder = SimpleNamespace(events=lambda instance, after: {"lines": ["{}"], "more": False})
    maintenance = Maintenance("/nowhere", mastership, instances, groups, None, None, lambda: NOON, log)
    other_node = SimpleNamespace()  # only a status asks it
    parts = instances, InterfaceTable, mastership, maintenance, reload, recorder, other_node
    return Commands(None, *parts, None, lambda instance: (), lambda: 0.0)


def handle(command, request):
    if command in ("status", "plan", "apply", "read_peer_key"):  # they read the kernel, or the disk
        raise CommandError("not here")
    return agent().handle(command, request)


SERVER = ControlServer("/nowhere", handle, Log(io.StringIO()))


@fuzz(
    st.binary(max_size=200)
    | nearly_requests()
    | st.sampled_from([b"[", b'{"a":', b"[{", b'"\\ud800']).map(lambda part: part * (REQUEST_MAX // len(part))),
    st.booleans(),
    few=200,
)
def test_any_request_gets_one_line_of_json(line, privileged):
    reply = SERVER.answer(line, privileged)
    if reply["ok"] is True:
        assert set(reply) == {"ok", "result"}
        assert privileged or json.loads(line)["command"] in {"status", "events"}, (
            "a command that changes something was carried out"
        )
    else:
        assert reply["ok"] is False
        assert isinstance(reply["error"], str) and reply["error"]
    written = encode(reply)
    assert written.endswith(b"\n") and written.count(b"\n") == 1
    assert set(json.loads(written)) == set(reply)


@fuzz(TERMS, few=200)
def test_any_terms_are_taken_or_refused_with_a_reason(asked):
    try:
        terms = parse(asked, NOON, Terms("disk", "root"))
    except TermsError as error:
        assert str(error).isprintable()
        return
    assert terms.until is None or terms.until > NOON
    assert parse(terms.values(NOON), NOON) == terms
    assert terms.words(NOON).isprintable() and terms.words().isprintable()
