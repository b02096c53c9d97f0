# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that what the nodes of a pair tell each other is written and read again, and what is none is refused."""

from __future__ import annotations

import json

import pytest

from vrrp.protocol import peer_session
from vrrp.protocol.peer_report import (
    CONTENT_MAX,
    TEXT_MAX,
    InstanceReport,
    NodeReport,
    PeerReport,
    ReportError,
    decode,
    encode,
)

NODE = NodeReport("web-b", "0.4.0", "1a2b", 1e9, drained=True)
FAULTY = InstanceReport("VI_2", "FAULT", 90, "ab", ("script chk failed",))
# Written by hand: a release of another day reads and writes this.
TEXT = (
    '{"node": {"name": "web-b", "version": "0.4.0", "release": "1a2b", "wall": 1e9, "drained": true}, "instances":'
    ' [{"name": "VI_2", "state": "FAULT", "priority": 90, "digest": "ab", "troubles": ["script chk failed"]}]}'
)


def changed(*path, to):
    """Return the text with another value at one place."""
    said = json.loads(TEXT)
    place = said
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = to
    return json.dumps(said).encode()


def test_a_message_of_another_release_is_read():
    assert decode(TEXT.encode()) == PeerReport(NODE, (FAULTY,))


def test_the_encoded_report_has_the_expected_fields():
    (content,) = encode(NODE, [FAULTY])
    assert json.loads(content) == {**json.loads(TEXT), "node": {**json.loads(TEXT)["node"], "stopping": False}}


def test_unknown_words_are_passed_over_and_missing_ones_are_usual():
    said = json.loads(TEXT)
    said["node"].update(colour="red", drained=1)
    said["later"] = [1]
    said["instances"] = [{"name": "VI_1", "state": "BACKUP", "priority": 90, "mood": {}}]
    node = NodeReport("web-b", "0.4.0", "1a2b", 1e9)
    assert decode(json.dumps(said).encode()) == PeerReport(node, (InstanceReport("VI_1", "BACKUP", 90),))


def test_many_instances_are_told_in_portions_that_fit_into_datagrams():
    many = [InstanceReport(f"VI_{number}", "BACKUP", 90, "0" * 16, ("x" * 300,) * 5) for number in range(255)]
    portions = list(encode(NODE, many))
    assert max(map(len, portions)) <= CONTENT_MAX
    assert CONTENT_MAX + peer_session.OVERHEAD < 1400
    found = [each for portion in portions for each in decode(portion).instances]
    assert [each.name for each in found] == [each.name for each in many]
    assert found[0].troubles == ("x" * TEXT_MAX,) * 3, "long ones are cut"
    assert all(decode(portion).node == NODE for portion in portions), "each is complete in itself"


def test_without_an_instance_the_node_is_told():
    (content,) = encode(NODE, [])
    assert decode(content) == PeerReport(NODE)


def test_no_control_character_of_a_text_reaches_a_terminal():
    assert decode(changed("node", "name", to="web\x1b[2J\n" + "b" * 500)).node.name == ("web?[2J?" + "b" * 500)[:100]


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"{", b"[]", b"null", b"\xff", b"[" * 100_000, b'{"node": {}, "instances": []}'),
        changed("instances", to=5),
        changed("instances", to=[5]),
        changed("instances", 0, "state", to="ASLEEP"),
        changed("instances", 0, "state", to=[]),
        *(changed("instances", 0, "priority", to=value) for value in (256, -1, True, 1.5, "1", None)),
        changed("instances", 0, "troubles", to=5),
        changed("instances", 0, "troubles", to=[5]),
        changed("instances", 0, "name", to=5),
        changed("node", "name", to=5),
        *(changed("node", "wall", to=value) for value in (True, "1", float("nan"), float("inf"), 10**400)),
    ],
)
def test_a_report_with_wrong_content_is_refused(content):
    with pytest.raises(ReportError):
        decode(content)
