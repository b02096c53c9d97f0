# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that statements without a variable become gaps, with their line, the reason and a hint."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.import_gaps import (
    NOT_IN_THE_ROLE,
    Gap,
    lines_of,
    split,
)
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.syntax.parser import parse
from ansible_collections.hotstandby.vrrp.plugins.module_utils.vrrp.config.syntax.redact import Secrets

NOBODY = "nobody knows this keyword: keepalived passes over it as well"


def of(text):
    """Return the statements that are kept, as nested lists of words, and the gaps."""
    gaps, hidden = [], Secrets()
    kept = split(parse(text, "f", secrets=hidden).statements, gaps, hidden)
    return words(kept), gaps


def words(statements):
    found = []
    for statement in statements:
        line = " ".join(word.text for word in statement.words)
        found.append(line if statement.children is None else [line, *words(statement.children)])
    return found


def instance(*lines):
    return "vrrp_instance VI_1 {\n" + "".join(f"    {line}\n" for line in lines) + "}\n"


def test_a_statement_that_the_agent_understands_is_unchanged():
    text = instance("priority 100", "virtual_ipaddress {", "192.168.8.100/24 dev eth0", "}", "priority 7")
    kept = [["vrrp_instance VI_1", "priority 100", ["virtual_ipaddress", "192.168.8.100/24 dev eth0"], "priority 7"]]
    assert of(text) == (kept, [])
    assert of("") == ([], [])


def test_a_block_that_is_missing_or_too_many_is_left_to_the_reader():
    assert of("vrrp_instance VI_1\n") == (["vrrp_instance VI_1"], [])
    assert of(instance("priority 100 {", "zzzz", "}")) == ([["vrrp_instance VI_1", ["priority 100", "zzzz"]]], [])


@pytest.mark.parametrize(
    ("line", "keyword", "why", "instead"),
    [
        ("smtp_alert", "smtp_alert", "the agent sends no e-mail", "send it from a notify script"),
        (
            "vrf red",
            "vrf",
            "the agent does not enter a VRF by itself",
            "interface NAME, an interface of that VRF",
        ),
        ("Priorty 5", "Priorty", NOBODY, "did you mean priority?"),
        ("zzzz 5", "zzzz", NOBODY, "remove it"),
        (
            "track_tcp 192.0.2.1 80",
            "track_tcp",
            "it is our own keyword, not keepalived's",
            "write: @hotstandby track_tcp",
        ),
        ("@hotstandby priority 5", "priority", "it is keepalived's keyword, not our own", "write: priority"),
        (
            "interval 3",
            "interval",
            "it belongs to vrrp_script, and keepalived passes over it as well",
            "move it there",
        ),
        (
            "script_user root",
            "script_user",
            "it belongs to global_defs, and keepalived passes over it as well",
            "move it there",
        ),
        (
            "global_defs {\n}",
            "global_defs",
            "it belongs to the top of the file, and keepalived 2.2 takes its } for the end of vrrp_instance,"
            " and passes over the lines below; here they count",
            "move it there",
        ),
        ("authentication {\ns3cret x\n}", "(a word)", NOBODY, "remove it"),
        ("authentication {\nauth_pas x\n}", "(a word)", NOBODY, "did you mean auth_pass?"),
    ],
)
def test_a_line_that_is_not_carried_over_is_a_gap(line, keyword, why, instead):
    kept, gaps = of(instance("priority 100", line))
    place = 4 if keyword == "(a word)" else 3
    assert gaps == [Gap(keyword, "f", place, why, instead, decisive=keyword == "vrf")]
    rest = [["authentication"]] if keyword == "(a word)" else []
    assert kept == [["vrrp_instance VI_1", "priority 100", *rest]]


def test_a_whole_block_of_another_part_of_keepalived_is_one_gap():
    kept, (gap,) = of("virtual_server 192.0.2.1 80 {\n    zzzz\n}\n" + instance())
    instead = "leave it in keepalived's file, without its vrrp_instance"
    assert gap == Gap("virtual_server", "f", 1, "the load balancer of keepalived", instead, decisive=True)


def test_a_setting_of_another_part_of_keepalived_is_nothing_to_stop_for():
    kept, (gap,) = of("global_defs {\n    lvs_timeouts tcp 7200\n}\n" + instance())
    assert (gap.keyword, gap.decisive) == ("lvs_timeouts", False)


def test_the_instance_beside_such_a_block_is_kept():
    kept, _gaps = of("virtual_server 192.0.2.1 80 {\n    zzzz\n}\n" + instance())
    assert kept == [["vrrp_instance VI_1"]]


@pytest.mark.parametrize(("line", "lost"), [("old_unicast_checksum never", False), ("old_unicast_checksum", True)])
def test_a_refused_keyword_with_a_value_that_asks_for_nothing_stays(line, lost):
    kept, gaps = of(instance(line))
    assert [gap.keyword for gap in gaps] == (["old_unicast_checksum"] if lost else [])
    assert kept == [["vrrp_instance VI_1"] if lost else ["vrrp_instance VI_1", line]]


def test_a_statement_without_a_variable_is_told():
    kept, gaps = of("global_defs {\n    vrrp_strict\n}\n" + instance("strict_mode", "no_virtual_ipaddress"))
    assert kept == [["global_defs", "vrrp_strict"], ["vrrp_instance VI_1", "strict_mode", "no_virtual_ipaddress"]]
    why = "what it changes is in the variables, its demands are not"
    assert gaps == [
        Gap("vrrp_strict", "f", 2, why, "nothing has to be done"),
        Gap("strict_mode", "f", 5, why, "nothing has to be done"),
        Gap(
            "no_virtual_ipaddress",
            "f",
            6,
            "an instance of the role has a virtual address",
            "give it one, or keep its file and use vrrp_config",
        ),
    ]
    assert sorted(NOT_IN_THE_ROLE) == [
        ("global_defs", "vrrp_strict"), ("vrrp_instance", "no_virtual_ipaddress"), ("vrrp_instance", "strict_mode"),
    ]  # fmt: skip


def test_an_addition_stands_on_a_line_of_its_own_kind():
    kept, gaps = of(instance("@hotstandby track_gateway 192.168.8.1", "track_gateway 192.168.8.2"))
    assert kept == [["vrrp_instance VI_1", "track_gateway 192.168.8.1"]]
    assert [(gap.keyword, gap.line) for gap in gaps] == [("track_gateway", 3)]


def test_a_gap_may_have_another_name_than_its_statement():
    (statement,) = parse("\nauth_pass x\n", "g").statements
    assert Gap.at(statement, "a", "b") == Gap("auth_pass", "g", 2, "a", "b")
    assert Gap.at(statement, "a", "b", "(a word)") == Gap("(a word)", "g", 2, "a", "b")


TWO = (
    instance("priority 1", "virtual_routes {", "a  b", "c", "}", "virtual_rules {", "}")
    + instance("unicast_peer {", "192.168.8.6", "}").replace("VI_1", "VI_2")
    + "static_routes {\n    10.0.0.0/8\n}\n"
)


@pytest.mark.parametrize(
    ("where", "found"),
    [
        (("vrrp_instance", "VI_1"), [("virtual_routes", ["a b", "c"]), ("virtual_rules", [])]),
        (("vrrp_instance", "VI_2"), [("unicast_peer", ["192.168.8.6"])]),
        (("vrrp_instance", "VI_3"), []),
        (("vrrp_instance",), []),
        (("static_routes",), []),
        (("vrrp_sync_group", "VI_1"), []),
    ],
)
def test_lines_of_nested_blocks_are_found_by_name(where, found):
    assert list(lines_of(parse(TWO, "f").statements, *where)) == found


def test_lines_of_the_blocks_at_the_top_are_found_by_name():
    found = list(lines_of(parse("global_parameter x\n" + TWO, "f").statements, ""))
    assert [keyword for keyword, _lines in found] == ["vrrp_instance", "vrrp_instance", "static_routes"]
    assert found[2] == ("static_routes", ["10.0.0.0/8"])


@pytest.mark.parametrize("word", ["hunter2", "smtp_alert", "interval", "track_tcp"])
def test_no_gap_names_a_word_that_may_be_a_part_of_a_password(word):
    _kept, gaps = of(instance("authentication {", "auth_type PASS", f"auth_pass ab}}{word}", "priority 5"))
    assert [(gap.keyword, gap.line) for gap in gaps] == [("(a word)", 4)]
    assert word not in repr(gaps)


def test_an_unknown_block_at_the_top_is_passed_over_as_a_whole():
    _kept, (gap,) = of("zzzz {\n    a b\n}\n")
    assert gap.why == "nobody knows this keyword: keepalived passes over the whole block as well"
