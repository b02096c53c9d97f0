# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the keywords of keepalived's load balancer and of its BFD are known and ignored."""

from __future__ import annotations

from listed_keywords import names

from vrrp.config.keywords.global_defs import GLOBAL_DEFS
from vrrp.config.keywords.keyword import Block, Keyword
from vrrp.config.keywords.other_daemons import BFD, GLOBAL_FOREIGN, INSTANCE_FOREIGN, LVS, ROOT_FOREIGN


def test_these_keywords_belong_to_other_parts_of_keepalived():
    assert [(entry.name, type(entry), entry.help) for entry in ROOT_FOREIGN] == [
        ("virtual_server", Block, LVS),
        ("virtual_server_group", Block, LVS),
        ("SSL", Block, LVS),
        ("bfd_instance", Block, BFD),
        ("net_namespace_ipvs", Keyword, LVS),
    ]
    assert [entry.named for entry in ROOT_FOREIGN[:4]] == [True, True, False, True]
    assert names(INSTANCE_FOREIGN) == ["lvs_sync_daemon_interface"]
    assert (LVS, BFD) == ("the load balancer of keepalived", "keepalived's BFD")


def test_global_defs_has_these_keywords_of_other_parts():
    assert names(entry for entry in GLOBAL_FOREIGN if entry.help == BFD) == [
        "bfd_cpu_affinity",
        "bfd_no_swap",
        "bfd_priority",
        "bfd_process_name",
        "bfd_rlimit_rtime",
        "bfd_rlimit_rttime",
        "bfd_rt_priority",
    ]
    assert len([entry for entry in GLOBAL_FOREIGN if entry.help == LVS]) == 29
    every = (*ROOT_FOREIGN, *GLOBAL_FOREIGN, *INSTANCE_FOREIGN)
    assert {(entry.standing, entry.foreign) for entry in every} == {("ignored", True)}
    assert not [entry.name for entry in GLOBAL_FOREIGN if GLOBAL_DEFS.keywords[entry.name] != entry]
