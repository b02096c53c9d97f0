# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the picture shows owners, faults and losses, also the smallest, and that no label covers another."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.report.timeline_svg import (
    CHARACTER,
    NARROWEST,
    WIDTH,
    picture,
    timeline_svg,
)
from example_report import HOSTILE, instance, report

SVG = "{http://www.w3.org/2000/svg}"


def drawn(**timeline):
    return ElementTree.fromstring(timeline_svg(instance(timeline=timeline)))


def bars(root):
    """Return the bars by the first words of their title: (x, width)."""
    found = []
    for box in root.iter(f"{SVG}rect"):
        title = box.find(f"{SVG}title")
        if title is not None:
            found.append((title.text, float(box.get("x")), float(box.get("width"))))
    return found


def labels(root):
    """Return (x, y, words) of each text; its title is not drawn."""
    shown = [
        (text, "".join([text.text or "", *(child.tail or "" for child in text)])) for text in root.iter(f"{SVG}text")
    ]
    return [(float(text.get("x")), float(text.get("y")), words) for text, words in shown]


def test_owners_and_losses_are_as_long_as_they_lasted():
    (of_a, x_a, width_a), (of_b, x_b, width_b), (loss, x, width) = bars(drawn())
    assert of_a == "node-a owns the addresses, from 0.000 s to 10.000 s"
    assert of_b == "node-b owns the addresses, from 13.150 s to 30.000 s"
    assert loss == "no answer for 3.15 s, from 10.000 s to 13.150 s"
    assert width_b / width_a == pytest.approx(1.685, rel=0.01) and width / width_a == pytest.approx(0.315, rel=0.01)
    assert x == pytest.approx(x_a + width_a, abs=0.2) and x_b == pytest.approx(x + width, abs=0.2)


def test_a_screen_reader_has_a_title_and_a_description():
    root = drawn()
    assert root.get("role") == "img"
    assert [child.tag for child in root][:2] == [f"{SVG}title", f"{SVG}desc"]
    assert root.findtext(f"{SVG}title") == "web VI_1: who owned 192.168.8.100/24"
    assert "At 10.000 s: kill node-a. At 10.000 s: node-a does not own" in root.findtext(f"{SVG}desc")


def test_a_host_that_never_owned_the_addresses_has_a_row_if_it_is_named():
    assert "node-c" in [text for _x, _y, text in labels(drawn(hosts=["node-a", "node-b", "node-c"]))]


def test_an_owner_of_which_begin_and_end_are_seen_has_a_duration():
    owners = [{"host": "node-a", "from_s": 3.0, "to_s": 28.5}]
    assert "owns the addresses for 25.50 s" in [text for _x, _y, text in labels(drawn(owners=owners))]


@pytest.mark.parametrize("lasted_s", [0.0, 0.0004, 0.012])
def test_the_smallest_loss_can_be_seen(lasted_s):
    root = drawn(lost=[{"from_s": 10.0, "to_s": 10.0 + lasted_s, "count": 1}])
    assert [width for title, _x, width in bars(root) if title.startswith("no answer")] == [NARROWEST]
    assert [text for _x, _y, text in labels(root) if text.endswith("1 lost")]


def test_without_a_loss_the_picture_says_so():
    assert "never" in [text for _x, _y, text in labels(drawn(lost=[]))]


def test_bars_are_drawn_only_within_the_time_range():
    root = drawn(from_s=5.0, to_s=8.0)
    assert "node-b owns" not in " ".join(title for title, _x, _width in bars(root))
    assert all(x >= 0 and x + width <= WIDTH for _title, x, width in bars(root))


def covered(root):
    """Return the pairs of labels that lie on each other."""
    boxes = [(x, x + len(text) * CHARACTER, y, text) for x, y, text in labels(root)]
    return [
        (one[3], other[3])
        for index, one in enumerate(boxes)
        for other in boxes[index + 1 :]
        if abs(one[2] - other[2]) < 10 and one[0] < other[1] and other[0] < one[1]
    ]


@pytest.mark.parametrize(("count", "more"), [(None, ""), (2, ", 60 lost")])
def test_many_losses_have_one_label(count, more):
    lost = [{"from_s": 10 + at / 5, "to_s": 10.001 + at / 5, "count": count} for at in range(30)]
    assert [text for _x, _y, text in labels(drawn(lost=lost)) if "in all" in text] == [f"30 times, 30 ms in all{more}"]


@pytest.mark.parametrize("count", [None, 12])
def test_no_label_covers_another(count):
    faults = [{"at_s": 10 + at / 7, "text": f"promote node-{at}"} for at in range(9)]
    faults += [{"at_s": 29.9, "text": "kill node-b"}, {"at_s": 30.0, "text": "boot node-a"}]
    lost = [{"from_s": 10 + at / 2, "to_s": 10.001 + at / 2, "count": count} for at in range(6)]
    root = drawn(faults=faults, lost=lost)
    assert covered(root) == []
    assert all(x >= 0 and x + len(text) * CHARACTER <= WIDTH for x, _y, text in labels(root))


def test_long_names_are_shortened_and_complete_in_a_title():
    host, text = "web-server-one.datacentre-north.example.com", "kill " + "x" * 200
    root = drawn(owners=[{"host": host, "from_s": 0.0, "to_s": 30.0}], faults=[{"at_s": 20.0, "text": text}])
    titles = [title.text for title in root.iter(f"{SVG}title")]
    assert host in titles and text in titles
    assert "web-server-one" in [words for _x, _y, words in labels(root)], "without the domain, as all hosts have it"


def test_long_names_of_different_domains_keep_begin_and_end():
    hosts = ["web-server-one.datacentre-north.example.com", "web-server-one.datacentre-south.example.com"]
    shown = [words for _x, _y, words in labels(drawn(hosts=hosts, owners=[]))]
    assert shown.count("web-server-one…h.example.com") == 2, "the whole name is in the title"


def test_thousands_of_losses_are_few_marks():
    lost = [{"from_s": 10 + at / 500, "to_s": 10.001 + at / 500, "count": 1} for at in range(5000)]
    assert len(timeline_svg(instance(timeline={"lost": lost}))) < 60_000


@pytest.mark.parametrize("to_s", [0.0, 0.02, 1.0, 59.0, 86400.0])
def test_the_axis_has_some_times_whatever_the_length(to_s):
    root = drawn(to_s=to_s, owners=[], faults=[], lost=[])
    assert 1 <= len([text for _x, _y, text in labels(root) if text.endswith(" s")]) <= 11
    assert covered(root) == []


def test_names_cannot_break_it():
    text = timeline_svg(instance(pair=HOSTILE, name=HOSTILE, addresses=[]))
    root = ElementTree.fromstring(text)
    assert root.findtext(f"{SVG}title") == f"{HOSTILE} {HOSTILE}: who owned the addresses"
    assert "<script" not in text


def test_a_picture_has_all_instances_below_each_other():
    root = ElementTree.fromstring(picture(report(instance(), instance(pair="db"), instance())))
    tops = [float(child.get("y")) for child in root]
    assert len(tops) == 3 and tops[0] == 0
    for top, following, child in zip(tops, [*tops[1:], float(root.get("height"))], root):
        assert top + float(child.get("height")) < following
