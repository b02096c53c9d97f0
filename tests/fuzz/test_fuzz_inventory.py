# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that an inventory of any types gives a pair, or a PairError with the variables."""

from __future__ import annotations

import math

import corpus  # noqa: F401 it says where the helpers of other tests are
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.errors import PairError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instance_variables import FIELDS, OWN_WORDS
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instances import instances
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.known_variables import ROLE_WORDS
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.render import sections
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.scripts import FIELDS as SCRIPT
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.trackers import FILE, PROCESS
from fuzzing import fuzz
from hypothesis import strategies as st
from two_hosts import hosts

WORDS = sorted({*FIELDS, *OWN_WORDS, *ROLE_WORDS, *SCRIPT, *PROCESS, *FILE, "address", "user", "command", "keys"})
STRANGE = [
    *("", " ", "192.168.8.100/24", "192.168.8.100", "fd00:8::1/64", "fe80::1%eth0", "eth0", "VI_1", "chk", "1"),
    *("MASTER", "yes", "0x10", "1e400", "nan", "inf", "-inf", "٣", "²", "1_0", "all 5", "node-a", "hex:zz", "/x"),
    *("200-", "-", "200--300", "http://", "eth0 weight", "min_ttl", "a" * 5000, "\0", "\udcff", "9" * 5000, "{{ x }}"),
]
SCALARS = st.one_of(
    *(st.none(), st.booleans(), st.integers(), st.integers(-2, 300), st.floats(), st.binary(max_size=4), st.dates()),
    st.sampled_from(STRANGE),
    st.text(max_size=5),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.one_of(
                st.sampled_from(WORDS), SCALARS.filter(lambda key: not (isinstance(key, float) and math.isnan(key)))
            ),
            inner,
            max_size=3,
        ),
        st.tuples(inner),
    ),
    max_leaves=6,
)
ANY_WORD = st.sampled_from(sorted({*FIELDS, *ROLE_WORDS, "interfaces", "nonsense"}))
VARIABLES = st.dictionaries(ANY_WORD, VALUES, max_size=4)
ENTRIES = st.fixed_dictionaries({}, optional=dict.fromkeys((*FIELDS, *OWN_WORDS), VALUES))


def judged(both):
    for own in both.values():
        sections(own)
    try:
        plan = instances(both)
    except PairError as error:
        assert error.problems
        assert str(error)
        return
    for host, own in both.items():
        assert len(sections(own, plan[host])["blocks"]) >= len(plan[host])


@fuzz(VARIABLES, VARIABLES, VARIABLES, few=40)
def test_variables_of_any_type_make_a_pair_or_a_pair_error(shared, first, second):
    judged(hosts(first, second, **{"vips": ["192.168.8.100/24"], **shared}))


@fuzz(st.lists(ENTRIES, max_size=3), few=40)
def test_instances_of_any_words_make_a_pair_or_a_pair_error(entries):
    judged(hosts(instances=entries))


LISTS = ("scripts", "track_processes", "track_files", "sync_groups", "garp_groups", "track_groups", "track_http")


@fuzz(st.sampled_from(LISTS), st.lists(st.dictionaries(st.sampled_from(WORDS), VALUES, max_size=4), max_size=3), few=40)
def test_entries_of_any_words_make_a_pair_or_a_pair_error(word, entries):
    judged(hosts(vips=["192.168.8.100/24"], **{word: entries}))


LINKS = st.lists(
    st.fixed_dictionaries(
        {"addresses": st.lists(st.fixed_dictionaries({"address": SCALARS, "secondary": SCALARS}), max_size=2)},
        optional={"name": SCALARS, "loopback": SCALARS, "virtual_addresses": VALUES},
    ),
    max_size=2,
)


@fuzz(VALUES, st.one_of(VALUES, LINKS), few=40)
def test_any_addresses_and_interfaces_make_a_pair_or_a_pair_error(vips, links):
    judged({"node-a": {"ha_pair_vips": vips, "ha_pair_interfaces": links}, "node-b": {"ha_pair_interfaces": vips}})
