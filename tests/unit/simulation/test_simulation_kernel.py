# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test a lease, whose renewals are computed and not simulated one by one."""

from __future__ import annotations

import pytest

from vrrp.protocol.states import Parameters
from vrrp.simulation.expected_timers import lease_s
from vrrp.simulation.kernel import SimulatedKernel


@pytest.mark.parametrize("died_at, ends_at", [(10.0, 13.0), (10.49, 13.0), (10.5, 13.5), (14.9, 17.5)])
def test_the_last_renewal_counts(died_at, ends_at):
    kernel = SimulatedKernel(lease_s=3.0)
    assert kernel.install(10.0)
    assert kernel.lease_ends_at(died_at) == ends_at


def test_addresses_are_there_or_not():
    kernel = SimulatedKernel(lease_s=3.0)
    assert not kernel.release()
    assert kernel.install(1.0) and not kernel.install(2.0)
    assert kernel.release() and not kernel.owns


@pytest.mark.parametrize("version, interval_cs, seconds", [(2, 100, 3.0), (3, 100, 3.0), (3, 50, 2.0), (3, 1, 2.0)])
def test_the_lease_is_longer_where_a_takeover_is(version, interval_cs, seconds):
    assert lease_s(Parameters(version, 51, 100, interval_cs)) == seconds
