# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test which hosts of an inventory are a pair."""

from __future__ import annotations

import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.fleet import Pair, inferred, pair_of, pairs
from hypothesis import given
from hypothesis import strategies as st

WEB, DB, MAIL = ["web-a", "web-b"], ["db-a", "db-b"], ["mail-a", "mail-b"]
GROUPS = {"ha_pair": [*WEB, *DB, *MAIL], "web": WEB, "north": [*DB, *MAIL], "db": DB, "mail": MAIL,
          "first": ["web-a", "db-a"], "all": [*WEB, *DB, *MAIL, "client"]}  # fmt: skip
CHILDREN = {"ha_pair": ["web", "north"], "north": ["db", "mail"], "all": ["ha_pair", "first"]}


def test_each_group_of_two_hosts_is_a_pair_at_any_depth():
    found = [(pair.name, list(pair.hosts), pair.problem) for pair in pairs("ha_pair", GROUPS, CHILDREN)]
    assert found == [("web", WEB, ""), ("db", DB, ""), ("mail", MAIL, "")]


def test_a_group_of_two_hosts_is_one_pair_whatever_is_below_it():
    groups = {"ha_pair": WEB, "left": WEB[:1], "right": WEB[1:]}
    assert pairs("ha_pair", groups, {"ha_pair": ["left", "right"]}) == [Pair("ha_pair", tuple(WEB))]


def test_of_two_names_of_the_same_hosts_the_lower_one_is_taken():
    assert pairs("ha_pair", {"ha_pair": DB, "db": DB}, {"ha_pair": ["db"]}) == [Pair("db", tuple(DB))]


def test_a_group_without_groups_below_it_is_one_pair_of_any_size():
    assert [pair.hosts for pair in pairs("ha_pair", {"ha_pair": [*WEB, *DB]}, {})] == [(*WEB, *DB)]


def test_groups_without_hosts_are_no_pairs():
    groups = {"ha_pair": WEB, "web": WEB, "later": []}
    assert [pair.name for pair in pairs("ha_pair", groups, {"ha_pair": ["web", "later"]})] == ["web"]


def test_a_host_beside_the_groups_is_a_problem_of_its_own():
    groups = {"ha_pair": [*WEB, *DB, "alone"], "web": WEB, "db": DB}
    found = {pair.name: pair for pair in pairs("ha_pair", groups, {"ha_pair": ["web", "db"]})}
    assert (found["web"].problem, found["db"].problem) == ("", "")
    assert found["ha_pair"].hosts == ("alone",)
    assert found["ha_pair"].problem.startswith("alone: in the group ha_pair itself, whose groups web, db are the pairs")


def test_a_host_in_two_pairs_is_a_problem_of_both():
    groups = {"ha_pair": [*WEB, "db-b"], "web": WEB, "db": ["web-a", "db-b"]}
    found = pairs("ha_pair", groups, {"ha_pair": ["web", "db"]})
    assert {pair.problem for pair in found} == {"web-a is in 2 pairs, web and db: a host is in one"}


@pytest.mark.parametrize(
    ("host", "said", "play", "expected"),
    [
        ("web-b", None, GROUPS["ha_pair"], "web"),
        ("mail-a", None, ["mail-a"], "mail"),
        ("db-a", "first", GROUPS["ha_pair"], "first"),
        ("db-a", "north", GROUPS["ha_pair"], "db"),
    ],
)
def test_the_pair_of_a_host(host, said, play, expected):
    assert pair_of(host, said, play, GROUPS, CHILDREN) == Pair(expected, tuple(GROUPS[expected]))


@pytest.mark.parametrize(
    ("host", "said", "problem"),
    [
        ("web-a", "nosuch", "web-a says ha_pair_group: nosuch, and there is no such group"),
        ("web-a", "db", "web-a says ha_pair_group: db, and is not in it"),
    ],
)
def test_a_group_of_other_hosts_is_a_problem(host, said, problem):
    assert pair_of(host, said, WEB, GROUPS, CHILDREN).problem == problem


LB = {"all": ["a", "b", "c", "d"], "lb": ["a", "b", "c", "d"], "one": ["a", "b"], "two": ["c", "d"]}


@pytest.mark.parametrize(
    ("play", "hosts"),
    [(["a", "b", "c", "d"], ("c", "d")), (["c", "d"], ("c", "d")), (["c"], ("c", "d"))],
)
def test_a_play_over_another_group_has_its_pairs_too(play, hosts):
    assert pair_of("c", None, play, LB, {"lb": ["one", "two"]}).hosts == hosts


def test_hosts_without_any_group_are_a_pair_with_each_other():
    assert pair_of("a", None, ["a", "b"], {"all": ["a", "b", "c"]}, {}) == Pair("", ("a", "b"))


def test_groups_that_are_not_told_are_inferred_from_their_hosts():
    below = inferred({name: GROUPS[name] for name in ("ha_pair", "web", "north", "db", "mail")})
    assert below["north"] == ["db", "mail"] and below["web"] == []
    assert set(below["ha_pair"]) == {"web", "north", "db", "mail"}


@given(st.data())
def test_the_pair_of_one_host_is_that_of_the_whole_fleet(data):
    """A host looks only at the groups that have it."""
    names = [f"g{number}" for number in range(data.draw(st.integers(1, 5)))]
    own = {name: data.draw(st.lists(st.sampled_from("abcdef"), max_size=3, unique=True)) for name in names}
    children = {"top": names[:2] or names, "g0": names[2:]}
    groups = {**own, "g0": list(dict.fromkeys(host for name in ("g0", *names[2:]) for host in own[name]))}
    loose = data.draw(st.lists(st.sampled_from("abcdefg"), max_size=2))
    groups["top"] = list(dict.fromkeys([*loose, *(host for name in children["top"] for host in groups[name])]))
    for host in groups["top"]:
        whole = next(pair for pair in pairs("top", groups, children) if host in pair.hosts)
        assert pair_of(host, "top", groups["top"], groups, children) == whole
