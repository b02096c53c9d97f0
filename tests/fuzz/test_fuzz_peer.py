# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that anything from the other node's port is a message or discarded, whatever came before."""

from __future__ import annotations

import json
from ipaddress import ip_address

from fuzzing import fuzz
from hypothesis import strategies as st

from vrrp.protocol.peer_report import STATES, InstanceReport, NodeReport, PeerReport, ReportError, decode, encode
from vrrp.protocol.peer_session import MALFORMED, REPLAY, SIGNATURE, UNPROVEN, MessageRefused, Session
from vrrp.protocol.peer_view import PeerView

A, B = ip_address("192.0.2.1"), ip_address("192.0.2.2")
KEY = bytes(range(32))
TEXTS = st.text(max_size=20)
NODES = st.builds(NodeReport, TEXTS, TEXTS, TEXTS, st.floats(-1e12, 1e12), st.booleans(), st.booleans())
INSTANCES = st.builds(
    InstanceReport, TEXTS, st.sampled_from(sorted(STATES)), st.integers(0, 255), TEXTS, st.tuples(TEXTS)
)
WORDS = ["node", "instances", "name", "version", "release", "wall", "state", "priority", "troubles"]
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), TEXTS, st.sampled_from(["MASTER", "9" * 5000])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(WORDS),
            inner,
            max_size=6,
        ),
    ),
    max_leaves=12,
)


def read(content):
    """Return the report of this content, None where it is none."""
    try:
        return decode(content)
    except ReportError:
        return None


@fuzz(st.one_of(st.binary(max_size=200), JSON.map(lambda value: json.dumps(value).encode())))
def test_any_content_is_a_report_or_refused(content):
    found = read(content)
    assert found is None or isinstance(found, PeerReport)


@fuzz(NODES, st.lists(INSTANCES, max_size=5))
def test_an_encoded_report_is_read_back_as_printable_text(node, instances):
    found = [read(content) for content in encode(node, instances)]
    names = [each.name for report in found for each in report.instances]
    assert [len(name) for name in names] == [len(each.name) for each in instances]
    assert all(name.isprintable() for name in names)
    assert {report.node.wall for report in found} == {node.wall}


@fuzz(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 400), st.binary(max_size=8)), max_size=12))
def test_no_octets_pass_but_those_that_were_signed(steps):
    """Two sessions talk; between them messages are lost, sent again, damaged and made up."""
    one, two = Session([KEY], A, B, octets_of(1)), Session([KEY], B, A, octets_of(2))
    recorded, accepted = [one.sign(1, b"0")], set()
    for number, (kind, at, octets) in enumerate(steps):
        if kind < 3:
            recorded.append(one.sign(1, b"%d" % number))
        message = recorded[at % len(recorded)] if kind in (1, 3) else recorded[-1]
        if kind == 4:
            message = octets
        elif kind == 5:
            at %= len(message)
            message = message[:at] + octets + message[at + len(octets) :]
        try:
            _version, content, _begins = two.verify(message)
        except MessageRefused as refused:
            assert refused.reason in (MALFORMED, SIGNATURE, REPLAY, UNPROVEN)
        else:
            assert message in recorded
            assert message not in accepted, "once"
            accepted.add(message)
            assert content.isdigit()
        try:
            one.verify(two.sign(1, b""))
        except MessageRefused as refused:
            assert refused.reason == UNPROVEN


def octets_of(first):
    numbers = iter(range(first, 1 << 20, 2))
    return lambda length: next(numbers).to_bytes(length, "big")


@fuzz(
    st.lists(
        st.tuples(
            st.floats(0, 20),
            st.one_of(st.sampled_from(["discard", "newer", "nobody", "forget"]), NODES),
            st.lists(INSTANCES, max_size=2),
        ),
        max_size=8,
    )
)
def test_a_view_always_has_an_answer(steps):
    view, now = PeerView("192.0.2.2", 61112, 0.0, "r"), 0.0
    for delay, event, instances in steps:
        now += delay
        if event == "discard":
            view.discard(SIGNATURE, now)
        elif event == "newer":
            view.heard_newer(2, now)
        elif event == "nobody":
            view.nobody_at = now
        elif event == "forget":
            view.forget_old(now)
        else:
            view.heard(PeerReport(event, tuple(instances)), 0.0, now)
        standby = view.standby("VI_1", "d", 0.0, now)
        assert standby.ready is not False or standby.finding is not None
        assert standby.ready is not True or not (standby.finding or view.silent(now))
        assert all(str(doubt) for doubt in view.doubts(now))
