# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An owner whose virtual address is the only one of its interface."""

from __future__ import annotations

import pytest
from agent_fakes import OWN, instance, table

from vrrp.agent.preflight.host import misfits
from vrrp.agent.preflight.owner_source import unheard_owner
from vrrp.config.model.configuration import Configuration

VIP, HOST = "192.168.8.100/24", "192.168.8.4/24"
TEXT = "it has no address on eth0 but virtual ones: a standby that took over cannot hear it"


@pytest.mark.parametrize(
    ("fields", "there", "told"),
    [
        ({"priority": 255}, [VIP], True),
        ({"priority": 255}, [VIP, HOST], False),
        ({"priority": 255}, [HOST, VIP], False),
        ({"priority": 255}, [], False),
        ({"priority": 255, "unicast_peers": (OWN,), "unicast_src_ip": OWN}, [VIP], False),
        ({"priority": 254}, [VIP], False),
    ],
)
def test_an_owner_that_a_standby_cannot_hear_is_told(fields, there, told):
    assert [text for text, _hint in unheard_owner(instance(**fields), table(addresses=there))] == [TEXT] * told


def test_the_command_check_tells_it():
    found = misfits(Configuration("f", instances=(instance(priority=255),)), table(addresses=[VIP]))
    assert [str(each) for each in found if "cannot hear" in each.text] == [
        f"f:1:1: warning: vrrp_instance VI_1: {TEXT} (give eth0 a second address, or the instance priority 254)"
    ]
