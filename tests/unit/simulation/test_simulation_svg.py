# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the picture is XML, and shows the timeline."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from pair_scenarios import pair

from vrrp.simulation.outage import Question, ask
from vrrp.simulation.svg import COLOURS, LEFT, RIGHT, WIDTH, draw

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*faults, labels=("VI_1",)):
    return ElementTree.fromstring(draw([ask(Question(label, pair(*faults, until=40.0))) for label in labels]))


def bars(root, words):
    found = []
    for box in root.iter(f"{SVG}rect"):
        title = box.find(f"{SVG}title")
        if title is not None and title.text.startswith(words):
            found.append((box.get("fill"), float(box.get("x")), float(box.get("width"))))
    return found


def test_the_loss_is_red_and_as_long_as_it_lasted():
    root = drawn("at 20: kill node-a")
    ((colour, x, width),) = bars(root, "no node answers")
    second = (WIDTH - LEFT - RIGHT) / (40 - 18)  # it begins two intervals before the fault
    assert colour == COLOURS["loss"]
    assert abs(x - (LEFT + 2 * second)) < 1
    assert abs(width - 3.249 * second) < 1


def test_states_and_spells_and_owners_have_their_bars():
    root = drawn("at 20: kill node-a")
    assert bars(root, "dead")
    assert len(bars(root, "owns the addresses")) == 2
    assert bars(root, "MASTER") and bars(root, "BACKUP")
    words = [text.text for text in root.iter(f"{SVG}text")]
    assert {"VI_1", "node-a", "node-b", "client", "kill node-a"} <= set(words)


@pytest.mark.parametrize("verb", ["kill", "crash"])
def test_the_bar_of_a_master_ends_where_its_node_is_killed_or_crashes(verb):
    root = drawn(f"at 20: {verb} node-a")
    ((_colour, dead_from, _width),) = bars(root, "dead" if verb == "kill" else "crashed")
    of_a = [(x, width) for colour, x, width in bars(root, "MASTER") if x < dead_from]
    assert of_a and all(x + width <= dead_from + 0.1 for x, width in of_a)
    assert [round(x - dead_from, 1) for _colour, x, _width in bars(root, "STOP")] == [0]


def test_several_virtual_routers_stand_below_each_other():
    one, two = drawn("at 20: kill node-a"), drawn("at 20: kill node-a", labels=("VI_1", "VI_2"))
    assert int(two.get("height")) > int(one.get("height")) * 1.8


def test_names_cannot_break_it():
    root = drawn("at 20: break node-a <b>&", labels=("<script>",))
    assert "<script>" in [text.text for text in root.iter(f"{SVG}text")]


def test_labels_of_one_moment_do_not_lie_on_each_other():
    root = drawn("at 20: promote node-b", "at 20.1: release node-b", "at 20.2: demote node-a")
    places = [(text.get("x"), text.get("y")) for text in root.iter(f"{SVG}text") if text.get("class") == "what"]
    assert len({y for _x, y in places}) == 3
