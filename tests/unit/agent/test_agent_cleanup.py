# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cleanup removes what a dead agent has left, unless a successor may still need it."""

from __future__ import annotations

import os
import time
from ipaddress import ip_interface

import pytest
from agent_fakes import table
from fake_kernel import FakeKernel

from vrrp import cli
from vrrp.agent import cleanup
from vrrp.agent.addresses import no_accept
from vrrp.agent.netlink import kernel, link_requests
from vrrp.agent.netlink.links import ActualAddress, Link
from vrrp.agent.process.runtime_dir import RuntimeDirectory
from vrrp.agent.process.saved_state import SavedInstance, SavedState, StateFile
from vrrp.agent.process.state_file import STATIC
from vrrp.protocol.states import State

VIP, SECOND = "192.168.8.100/24", "192.168.8.101/24"
REMOVED = [f"removed VIPs that a dead agent has left behind: {VIP}"]


class Dead:
    """``entry(...)`` for each instance that the dead agent had; ``remove()`` is what the service manager runs."""

    def __init__(self, directory, monkeypatch) -> None:
        self.directory = str(directory)
        self.ledger = StateFile(self.directory)
        self.ledger.open()
        self.entries: list = []
        self.kernel = FakeKernel([], table(addresses=("192.168.8.4/24", VIP, SECOND)))
        self.kernel.close = lambda: self.kernel.done.append("closed")
        self.asked: list = []
        self.restarts = False
        monkeypatch.setattr(kernel, "Kernel", lambda: self.kernel)
        monkeypatch.setattr(cleanup, "restart_follows", self._restart_follows)

    def _restart_follows(self):
        self.asked.append("systemctl")
        return self.restarts

    def entry(self, *addresses, vrid=51, silent_s=0.0, state=State.MASTER, interval_cs=100, index=2):
        installed = tuple((index, ip_interface(address)) for address in addresses)
        identity = ("eth0", vrid, 4)
        self.entries.append(SavedInstance(identity, f"VI_{vrid}", 2, state, interval_cs, None, installed))
        spoke_at = time.monotonic() - silent_s
        self.ledger.beat_of(identity)(spoke_at if state is State.MASTER else -spoke_at)
        self.ledger.write(SavedState(tuple(self.entries)))
        return self

    def belongs_to_another_user(self):
        """Give the directory and its files away, as where root cleans up after an agent of another user."""
        for place in (self.directory, *(os.path.join(self.directory, name) for name in os.listdir(self.directory))):
            os.chown(place, 12345, -1)

    def remove(self):
        return cleanup.remove(self.directory)


@pytest.fixture
def dead(tmp_path, monkeypatch):
    return Dead(tmp_path, monkeypatch)


def test_where_an_agent_lives_nothing_is_touched(dead, tmp_path):
    dead.entry(VIP, silent_s=60)
    living = RuntimeDirectory(str(tmp_path))
    living.acquire()
    assert (dead.remove(), dead.kernel.done, dead.asked) == ([], [], [])
    living.release()
    assert dead.remove() == REMOVED


def test_the_addresses_stay_if_a_restart_follows_within_the_mandate(dead):
    dead.entry(VIP)
    dead.restarts = True
    assert (dead.remove(), dead.kernel.done, dead.asked) == ([], [], ["systemctl"])


def test_without_a_restart_it_goes(dead):
    dead.entry(VIP)
    assert dead.remove() == REMOVED
    assert dead.kernel.done == [("release", VIP), "closed"]


@pytest.mark.parametrize("silent_s", [3.1, 3600])
def test_without_a_mandate_it_goes_and_nobody_is_asked(dead, silent_s):
    dead.entry(VIP, silent_s=silent_s)
    dead.restarts = True
    assert dead.remove() == REMOVED
    assert dead.asked == []


def test_the_mandate_is_that_of_the_instance(dead):
    dead.entry(VIP, silent_s=2, interval_cs=10).entry(SECOND, vrid=52, silent_s=4, interval_cs=1000)
    dead.restarts = True
    assert dead.remove() == REMOVED
    assert dead.kernel.done == [("release", VIP), "closed"]


def test_a_long_mandate_does_not_delay_the_cleanup_beyond_the_limit(dead):
    """The wait is limited also for a long mandate: the service manager may have given up."""
    dead.entry(VIP, silent_s=5.5, interval_cs=1000)
    dead.restarts = True
    assert dead.remove() == REMOVED


def test_a_backup_that_still_had_some_has_no_mandate(dead):
    dead.entry(VIP, state=State.BACKUP)
    dead.restarts = True
    assert dead.remove() == REMOVED


def test_a_backup_has_no_mandate_just_after_a_boot(dead, monkeypatch):
    dead.entry(VIP, state=State.BACKUP, interval_cs=4000)
    dead.ledger.beat_of(("eth0", 51, 4))(0.0)
    monkeypatch.setattr(cleanup.time, "monotonic", lambda: 100.0)  # 120.3 s is the mandate
    dead.restarts = True
    assert dead.remove() == REMOVED


def test_all_addresses_go_at_once(dead):
    dead.entry(VIP).entry(SECOND, vrid=52)
    assert dead.remove() == [f"{REMOVED[0]}, {SECOND}"]
    assert dead.kernel.done == [("release", VIP, SECOND), "closed"]


def test_the_cleanup_does_not_report_addresses_that_are_already_gone(dead):
    dead.entry("192.168.8.150/24").entry(VIP, vrid=52, index=9)
    assert dead.remove() == []
    assert dead.kernel.done == [("release",), "closed"]


def test_an_address_that_cannot_be_removed_is_reported(dead):
    dead.entry(VIP)
    dead.kernel.release = lambda wanted: [f"cannot remove {VIP} from eth0: Operation not permitted"]
    assert dead.remove() == [*REMOVED, f"cannot remove {VIP} from eth0: Operation not permitted"]
    assert dead.kernel.done == ["closed"]


def test_an_agent_that_held_nothing_leaves_nothing(dead, tmp_path):
    dead.entry(state=State.BACKUP)
    assert (dead.remove(), dead.asked, dead.kernel.done) == ([], [], [])
    assert not (tmp_path / "agent.lock").exists()


def test_where_no_agent_has_been_there_is_nothing(dead, tmp_path):
    assert cleanup.remove(str(tmp_path / "nowhere")) == []
    assert not os.path.exists(tmp_path / "nowhere")


@pytest.mark.parametrize("fails", [False, True])
def test_the_directory_is_free_afterwards(dead, tmp_path, monkeypatch, fails):
    dead.entry(VIP)
    if fails:

        def unavailable():
            raise kernel.NetlinkUnavailable("no right")

        monkeypatch.setattr(kernel, "Kernel", unavailable)
        with pytest.raises(kernel.NetlinkUnavailable):
            dead.remove()
    else:
        dead.remove()
    next_one = RuntimeDirectory(str(tmp_path))
    next_one.acquire()
    next_one.release()


def test_the_cleanup_keeps_the_state_files_for_the_next_agent(dead, tmp_path):
    dead.entry(VIP)
    dead.remove()
    assert (tmp_path / "ledger.json").exists()
    assert (tmp_path / "pulse").exists()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda directory: (directory / "ledger.json").write_text("{"),
        lambda directory: (directory / "ledger.json").write_text("[]"),
        lambda directory: (directory / "ledger.json").write_text('{"instances": [7]}'),
        lambda directory: (directory / "ledger.json").write_text("{}"),
        lambda directory: (directory / "ledger.json").unlink(),
        lambda directory: (directory / "pulse").unlink(),
        lambda directory: os.truncate(directory / "pulse", 12),
    ],
)
def test_a_damaged_or_missing_state_file_makes_the_cleanup_do_nothing(dead, tmp_path, spoil):
    dead.entry(VIP, silent_s=60)
    spoil(tmp_path)
    assert (dead.remove(), dead.kernel.done) == ([], [])


def test_without_a_sign_of_life_nobody_is_waited_for(dead, tmp_path):
    dead.entry(VIP)
    dead.restarts = True
    os.truncate(tmp_path / "pulse", 0)
    assert dead.remove() == REMOVED


def lifetime(seconds):
    return {"valid_s": seconds}


OURS, KERNELS = {"protocol": 18}, {"protocol": 1}
FOR_EVER = lifetime(0xFFFFFFFF)


def say(dead, address, *said, protocols=True):
    """The kernel says this of one address, and of 127.0.0.1 what it says since Linux 5.18."""
    fields = {name: value for each in said for name, value in each.items()}
    dead.kernel.table.forget(2, ip_interface(address))
    dead.kernel.table.remember(ActualAddress(2, ip_interface(address), **fields))
    if protocols:
        loopback = ip_interface("127.0.0.1/8")
        dead.kernel.table.forget(1, loopback)
        dead.kernel.table.remember(ActualAddress(1, loopback, **FOR_EVER, **KERNELS))


class TestWhoseItIs:
    """A state file is not trusted: the host's own address stays."""

    @pytest.mark.parametrize("said", [(FOR_EVER,), (lifetime(61),), (), (FOR_EVER, KERNELS)])
    def test_an_address_that_no_agent_has_set_stays(self, dead, said):
        say(dead, "192.168.8.4/24", *said)
        say(dead, VIP, lifetime(2), OURS)
        dead.entry("192.168.8.4/24", VIP, silent_s=60)
        assert dead.remove() == [*REMOVED, "left 192.168.8.4/24 where it is: no agent has put it there"]
        assert dead.kernel.done == [("release", VIP), "closed"]

    @pytest.mark.parametrize("said", [(lifetime(2),), (lifetime(60),), (FOR_EVER, OURS), (lifetime(120), OURS)])
    def test_one_with_a_lease_or_our_number_goes(self, dead, said):
        say(dead, VIP, *said)
        dead.entry(VIP, silent_s=60)
        assert dead.remove() == REMOVED

    @pytest.mark.parametrize(("own", "goes"), [(True, True), (False, False)])
    def test_an_old_kernel_does_not_say_so_our_own_ledger_is_believed(self, dead, own, goes):
        say(dead, VIP, FOR_EVER, protocols=False)
        dead.entry(VIP, silent_s=60)
        if not own:
            dead.belongs_to_another_user()
        assert (dead.remove() == REMOVED) is goes

    def test_behind_another_user_root_changes_no_interface_and_no_route_of_others(self, dead, monkeypatch):
        asked = []
        dead.kernel.ask = lambda requests: asked.extend(requests) or [0 for _each in requests]
        dead.kernel.remove_routes = dead.kernel.ask
        dead.kernel.table.links[9] = Link(index=9, name="vrrp.51", kind="macvlan")
        monkeypatch.setattr(no_accept, "remove_leftover", lambda: None)
        marked = bytes.fromhex("1c00000019000500" + "00" * 8 + "0218000000120000" + "00" * 4)
        strange = bytes.fromhex("1c00000019000500" + "00" * 8 + "0218000000030000" + "00" * 4)
        rule = bytes.fromhex("2400000021000500" + "00" * 8 + "02" + "00" * 11 + "0500150012000000")
        entry = SavedInstance(
            ("eth0", 51, 4), "VI_1", 2, State.BACKUP, 100, removals=(marked, strange, rule, rule[:28])
        )
        saved = SavedState((entry,), firewall=True, promoted=(2,), macvlans=(9,), parents={2: {"arp_ignore": 0}})
        dead.ledger.write(saved)
        dead.belongs_to_another_user()
        dead.remove()
        assert asked == [marked, rule]

    def test_a_ledger_that_has_gone_asks_for_nothing(self, dead, tmp_path):
        dead.entry(VIP, silent_s=60)
        os.unlink(tmp_path / "ledger.json")
        assert (dead.remove(), dead.kernel.done) == ([], [])


def test_the_cleanup_ignores_a_ledger_of_another_release(dead, tmp_path):
    dead.entry(VIP)
    file = tmp_path / "ledger.json"
    file.write_text(file.read_text().replace('"mandate_s"', '"mandate"'))
    assert (dead.remove(), dead.kernel.done) == ([], [])


def test_the_command_of_the_unit_prints_what_it_did(dead, monkeypatch, capsys):
    dead.entry(VIP, silent_s=60)
    monkeypatch.setattr(cleanup.sys, "argv", ["cleanup", "--runtime-dir", dead.directory])
    assert cleanup.main() == 0
    assert capsys.readouterr() == (f"{REMOVED[0]}\n", "")


@pytest.mark.parametrize(
    ("restarts", "next_step"),
    [
        (True, "It is started again now, and stays MASTER only where no peer has taken over meanwhile."),
        (False, "It is not started again, so this node has no virtual address any more."),
    ],
)
@pytest.mark.parametrize("traceback", ["", "Fatal Python error: Aborted"])
def test_a_watchdog_kill_is_one_sentence(dead, tmp_path, monkeypatch, capsys, restarts, next_step, traceback):
    dead.restarts = restarts
    (tmp_path / "traceback.new").write_text(traceback)
    monkeypatch.setattr(cleanup.sys, "argv", ["cleanup", "--runtime-dir", dead.directory])
    monkeypatch.setenv("SERVICE_RESULT", "watchdog")
    assert cleanup.main() == 0
    where = f" For developers: {tmp_path}/traceback.txt has the place in its code." if traceback else ""
    said = f"<4>The agent gave no sign of life, so systemd's watchdog has ended it. {next_step}{where}\n"
    assert capsys.readouterr() == (said, "")
    monkeypatch.setenv("SERVICE_RESULT", "exit-code")
    assert cleanup.main() == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("content", ["[", "null", "{}", "[" * 5000, '{"format": 99}'])
def test_a_ledger_that_cannot_be_read_is_no_ok(dead, tmp_path, monkeypatch, capsys, content):
    """The addresses of a dead agent may still be there, and the caller of cleanup must be told."""
    dead.entry(VIP, silent_s=60)
    (tmp_path / "ledger.json").write_text(content)
    monkeypatch.setattr(cleanup.sys, "argv", ["cleanup", "--runtime-dir", dead.directory])
    assert cleanup.main() == 1
    said = capsys.readouterr()
    assert said.out == "" and said.err.startswith(f"{tmp_path}/ledger.json cannot be read, so nothing was removed")
    assert cli.main(["cleanup", "--runtime-dir", dead.directory]) == 1
    assert capsys.readouterr() == said
    living = RuntimeDirectory(str(tmp_path))
    living.acquire()
    assert cleanup.main() == 0, "an agent lives there, and writes it anew"
    living.release()


def test_no_ledger_is_nothing_to_do(dead, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(cleanup.sys, "argv", ["cleanup", "--runtime-dir", dead.directory])
    assert (cleanup.main(), capsys.readouterr()) == (0, ("", ""))


ROUTE, RULE, OTHER = ("20000000" + kind + "000500" + "00" * 24 for kind in ("19", "21", "10"))


def test_routes_go_before_the_addresses_and_nothing_else_is_sent(dead):
    removals = tuple(bytes.fromhex(each) for each in (ROUTE, RULE, OTHER))  # the last one would be a link
    entry = SavedInstance(
        ("eth0", 51, 4), "VI_1", 2, State.BACKUP, 100, None, ((2, ip_interface(VIP)),), removals=removals
    )
    dead.ledger.write(SavedState((entry,)))
    asked = []
    dead.kernel.remove_routes = lambda removals: asked.extend(each.hex() for each in removals) or [0, 3]
    assert dead.remove() == [*REMOVED, "removed 1 routes and rules that a dead agent has left behind"]
    assert asked == [ROUTE, RULE]


@pytest.mark.parametrize("restarts", [False, True])
def test_static_addresses_are_removed_unless_a_restart_follows(dead, restarts):
    entry = SavedInstance(STATIC, "static", 3, State.BACKUP, 100, installed=((2, ip_interface(VIP)),))
    dead.ledger.write(SavedState((entry,)))
    dead.restarts = restarts
    assert dead.remove() == ([] if restarts else REMOVED)


@pytest.mark.parametrize("restarts", [False, True])
def test_the_table_and_the_options_of_interfaces_wait_for_a_successor(dead, monkeypatch, restarts):
    removed = []
    monkeypatch.setattr(no_accept, "remove_leftover", lambda: removed.append("table"))
    dead.kernel.ask = lambda requests: removed.extend(requests) or [0 for _each in requests]
    dead.entry(VIP)
    dead.ledger.write(SavedState(tuple(dead.entries), firewall=True, promoted=(2,)))
    dead.restarts = restarts
    assert bool(dead.remove()) is not restarts
    assert removed == ([] if restarts else [link_requests.ipv4_settings(2, {"promote_secondaries": 0}), "table"])


@pytest.mark.parametrize("kind", ["macvlan", "veth"])
def test_macvlans_and_what_was_set_below_them_go(dead, kind):
    asked = []
    dead.kernel.ask = lambda requests: asked.extend(requests) or [0 for _each in requests]
    dead.kernel.table.links[9] = Link(index=9, name="vrrp.51", kind=kind)
    dead.ledger.write(SavedState((), macvlans=(8, 9), parents={2: {"arp_ignore": 0}, 7: {"arp_ignore": 0}}))
    dead.remove()
    removed = [link_requests.removed(9)] if kind == "macvlan" else []
    assert asked == [*removed, link_requests.ipv4_settings(2, {"arp_ignore": 0})]


def test_the_table_goes_although_nobody_was_master(dead, monkeypatch):
    removed = []
    monkeypatch.setattr(no_accept, "remove_leftover", lambda: removed.append("table"))
    dead.ledger.write(SavedState((), firewall=True))
    assert (dead.remove(), removed) == ([], ["table"])
