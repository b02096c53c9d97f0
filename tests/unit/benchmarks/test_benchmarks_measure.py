# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the pure parts of the measurements: losses by move, time with two owners, and options."""

from __future__ import annotations

import bench
import moves
import plot
import pytest
import scale
from rows import OURS, QUICK, THEIRS, Effort, Row

from lab.host import LabError
from lab.probe import Outage


def outage(start_s, lost):
    return Outage(start_s=start_s, lost_ms=float(lost), lost=lost, from_node="a", to_node="b")


def test_a_loss_belongs_to_the_last_move_that_had_begun():
    made = [("stop", 100.0), ("back", 105.0), ("stop", 110.0)]
    lost = [outage(5.5, 3), outage(10.0, 1), outage(14.0, 2), outage(15.1, 8)]  # at 100.5, 105, 109, 110.1
    assert moves.attributed(lost, 95.0, made) == [3, 3, 8]


def test_a_loss_before_the_first_move_counts_for_the_first_move():
    assert moves.attributed([outage(0.1, 7)], 10.0, [("stop", 11.0), ("back", 12.0)]) == [7, 0]


def test_every_pair_is_moved_and_each_has_a_file_that_says_so():
    assert len(set(moves.SETTINGS)) == 8
    for setting in moves.SETTINGS:
        for text in setting.files():
            assert ("unicast_peer" in text) is setting.unicast
            assert ("version 3" in text) is (setting.version == 3)


def test_the_other_daemon_is_the_peer():
    other = moves.Setting(same=False, version=2, unicast=False)
    assert (other.peer(OURS), other.peer(THEIRS)) == (THEIRS, OURS)
    same = moves.Setting(same=True, version=2, unicast=False)
    assert (same.peer(OURS), same.peer(THEIRS)) == (OURS, THEIRS)


class Timeline:
    """It holds samples at fixed times; its clock shows the time of the last one taken."""

    def __init__(self, *samples):
        self.samples = iter(samples)
        self.now = 0.0

    def sample(self):
        self.now, *owners = next(self.samples)
        return tuple(owners)


def owned(cap_s, watch_s, *samples):
    line = Timeline(*samples)
    return bench.both_own(line.sample, cap_s, watch_s, lambda: line.now)


def test_two_owners_until_the_old_one_lets_go():
    assert owned(10, 5, (1, True, False), (2, True, True), (4, True, True), (4.5, False, True)) == pytest.approx(3.0)


def test_a_gap_without_an_owner_is_no_end():
    assert owned(10, 5, (1, False, False), (2, True, True), (3, False, True)) == pytest.approx(1.0)


def test_two_owners_for_ever_is_what_the_measuring_took():
    assert owned(3, 5, *((second, True, True) for second in range(1, 9))) == 3


def test_the_address_that_stays_where_it_is_was_never_on_both():
    assert owned(10, 5, (2, True, False), (4, True, False), (6, True, False)) == 0.0


def test_each_instance_of_many_has_an_address_and_an_id_of_its_own():
    text = scale.instances(255, True, 0.01)
    assert text.count("vrrp_instance") == 255
    assert "10.9.1.255/16" in text and "virtual_router_id 255" in text and "advert_int 0.01" in text
    assert "fd00:9::1:ff/64" in scale.instances(255, False, 0.1, family=6)


def test_a_failure_is_written_down_and_the_values_stay():
    row = Row("work", "ms")

    def measure():
        row.add(OURS, 1)
        raise LabError("the pair fell apart\nand so on")

    bench.guarded([row], OURS, measure)
    assert (row.values[OURS], row.failed) == ([1], {OURS: "the pair fell apart"})


def test_a_bug_in_a_measurement_is_not_taken_for_a_figure():
    with pytest.raises(ZeroDivisionError):
        bench.guarded([Row("work", "ms")], OURS, lambda: 1 / 0)


def test_bars_stay_inside_the_picture_and_say_what_they_are():
    rows = [Row(str(number), "s") for number in range(5)]
    for row, (ours, theirs) in zip(rows, [(0, 1), (1, 0), (1, 4), (0, 0), (1000, 1)]):
        row.values = {OURS: [ours], THEIRS: [theirs]}
    assert plot.bars(rows) == [
        ("0 [s]", plot.LEAST, "0"),
        ("1 [s]", plot.MOST, "only we"),
        ("2 [s]", 0.25, "0.25"),
        ("4 [s]", plot.MOST, "1000.00"),
    ]


def test_a_quick_run_is_quicker_in_everything():
    for name, value in vars(QUICK).items():
        assert value < getattr(Effort(), name), name
