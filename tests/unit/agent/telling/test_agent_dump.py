# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that signals ask for: keepalived's layout, no password, in pieces."""

from __future__ import annotations

import asyncio
import io
import re
import signal
import stat
from ipaddress import ip_address
from types import SimpleNamespace

import pytest
from agent_fakes import OWN, PEER, Bench, advertisement, instance
from daemon_scenes import running, until
from keepalived.dump import parse

from vrrp.agent.telling import dump
from vrrp.agent.telling.log import Log
from vrrp.agent.telling.reports import Reports
from vrrp.config.model import (
    Authentication,
    AuthHmac,
    Configuration,
    Fifo,
    Globals,
    HmacKey,
    Notify,
    NotifyCommand,
    SyncGroup,
)
from vrrp.config.trackers import File, Process, Script, Tracked, Tracking
from vrrp.protocol.tracking import CheckResult

WALL = 1795373317.689517


def agent(*benches, **fields):
    """As much of an agent as a dump looks at."""
    configs = tuple(bench.instance.config for bench in benches)
    running_ones = {bench.instance.name: bench.instance for bench in benches}
    configuration = Configuration("/f.conf", instances=configs, **fields)
    kernel = benches[0].kernel
    return SimpleNamespace(
        configuration=configuration,
        instances=running_ones,
        everyone=lambda: iter(running_ones.values()),
        network=SimpleNamespace(kernel=kernel),
    )


def data(*benches, now=10.0, **fields):
    return "\n".join(dump.data(agent(*benches, **fields), now, WALL)) + "\n"


def stats(bench):
    return "\n".join(dump.stats([bench.instance])).splitlines()


def test_a_master():
    bench = Bench(instance(version=3, advert_int_cs=20)).start(9.0)
    bench.instance.expire(9.8)
    text = data(bench)
    (told,) = parse(text).instances
    expected = {
        "VRRP Version": "3",
        "State": "MASTER",
        "Wantstate": "MASTER",
        "Last transition": "1795373317.489517 (",
        "Master down timer": "721875 usecs",
        "Interface": "eth0",
        "Using src_ip": "192.168.8.4",
        "Virtual Router ID": "51",
        "Priority": "100",
        "Effective priority": "100",
        "Total priority": "100",
        "Advert interval": "200 milli-sec",
        "Preempt": "enabled",
        "Using smtp notification": "no",
        "Notify deleted": "Fault",
    }
    for key, value in expected.items():
        assert told.get(key).startswith(value), key
    assert "     192.168.8.100/24 dev eth0 scope global set\n" in text
    assert "   Flags: none\n" in text


def test_a_backup_tells_its_master():
    bench = Bench(instance(version=3, advert_int_cs=20, nopreempt=True, preempt_delay_s=1.5)).start(1.0)
    bench.instance.heard(advertisement(200, version=3, interval_cs=30), PEER, 2.0)
    text = data(bench, now=2.1)
    for line in (
        "   State = BACKUP",
        "   Master router = 192.168.8.6",
        "   Master priority = 200",
        "   Master advert interval = 300 milli-sec",
        "   Preempt = disabled",
        "   Preempt delay = 1.5 secs",
        "     192.168.8.100/24 dev eth0 scope global",
    ):
        assert f"{line}\n" in text


def test_times_are_those_of_the_clock_on_the_wall():
    bench = Bench(instance()).start(8.0)
    found = re.search(r"Last transition = (\S+) \((\w{3} \w{3} +\d+ \d\d:\d\d:\d\d\.\d{6} \d{4})\)", data(bench))
    assert found[1] == "1795373315.689517"
    assert found[2].endswith(".689517 2026")
    assert re.search(r"Read timeout = 17953733(1|2)\d\.\d{6} \(", data(bench))


def test_no_password_is_in_it():
    secret = "s3cret!!"  # noqa: S105
    keys = (HmacKey(1, b"k" * 32), HmacKey(2, b"l" * 32))
    old = Bench(instance(authentication=Authentication("PASS", secret)))
    new = Bench(instance("VI_2", version=3, hmac=AuthHmac(keys, 1)))
    text = data(old, new)
    assert secret not in text
    assert "k" * 32 not in text
    assert "   Password = ********\n" in text
    assert "     Keys = 2, active key id = 1\n" in text


def test_unicast_peers_and_scripts():
    notify = Notify(master=NotifyCommand(("/bin/m",)), any=NotifyCommand(("/bin/n", "x y"), "me"), says_deleted=True)
    text = data(Bench(instance(unicast_src_ip=OWN, unicast_peers=(PEER,), notify=notify)))
    for line in (
        "     Using unicast",
        "   Using src_ip = 192.168.8.4 (from configuration)",
        "     192.168.8.6 min_ttl 0 max_ttl 255",
        "   Notify deleted = Deleted",
        "   Master state transition script = '/bin/m'",
        "   Generic state transition script = '/bin/n' 'x y', user:group me:me",
    ):
        assert f"{line}\n" in text


def test_trackers_and_who_tracks_them():
    track = Tracking(scripts=(Tracked("chk", 10),), files=(Tracked("f", 2, reverse=True),))
    bench = Bench(instance(track=track))
    bench.instance.checks = (CheckResult("chk", "script", True, 10), CheckResult("f", "file", True, 2, value=7))
    told = parse(
        data(
            bench,
            scripts=(Script("chk", ("/bin/chk", "-x"), interval_s=2),),
            files=(File("f", "/run/f"),),
            processes=(Process("p", "nginx", quorum=2),),
        )
    )
    (record,) = told.instances
    assert list(record.tracked()) == [("script", "chk", 10, False), ("file", "f", 2, True)]
    assert (told.scripts["chk"].get("Status"), told.scripts["chk"].get("Command")) == ("GOOD", "'/bin/chk' '-x'")
    assert told.scripts["chk"].lists["Tracking instances"] == ["VI_1, weight 10"]
    assert told.files["f"].whole("Status") == 7
    assert told.processes["p"].get("Have quorum") == "false"


def test_groups_and_fifos():
    one, other = Bench(instance()).start(1.0), Bench(instance("VI_2", virtual_router_id=52)).start(1.0)
    settings = Globals(notify_fifo=Fifo("/run/f", script=NotifyCommand(("/bin/r",))))
    text = data(one, other, sync_groups=(SyncGroup("G", 1, ("VI_1", "VI_2")),), globals=settings)
    told = parse(text)
    assert told.groups["G"].title == "G, BACKUP"
    assert told.groups["G"].lists["VRRP member instances"] == ["VI_1", "VI_2"]
    assert [record.get("Sync group") for record in told.instances] == ["G", "G"]
    assert told.globals.get("Global notify fifo") == "/run/f"


def test_interfaces():
    told = parse(data(Bench(instance(track=Tracking(interfaces=(Tracked("eth0", -5),))))))
    link = told.interfaces["eth0"]
    assert (link.whole("index"), link.get("IPv4 address"), link.get("MAC")) == (2, "192.168.8.4", "02:00:00:00:00:04")
    assert link.get("State") == "UP, RUNNING"
    assert link.lists["Tracking VRRP instances"] == ["VI_1, weight -5"]


def test_ipv6_is_named():
    assert "   Using Native IPv6\n" in data(Bench(instance(addresses=("fd00::100/64",), version=3)))


def test_the_counts():
    bench = Bench(instance()).master()
    bench.instance.heard(advertisement(0), ip_address("192.168.8.6"), 11.0)
    for reason in (
        "auth_pass",
        "ah",
        "ah_index",
        "ah_replay",
        "auth_type",
        "ttl",
        "ttl",
        "truncated",
        "interval",
        "addresses",
    ):
        bench.instance.counters.discard(reason)
    assert stats(bench) == [
        "VRRP Instance: VI_1",
        "  Advertisements:",
        "    Received: 1",
        f"    Sent: {bench.instance.counters.sent}",
        "  Became master: 1",
        "  Released master: 0",
        "  Packet Errors:",
        "    Length: 1",
        "    TTL: 2",
        "    Invalid Type: 0",
        "    Advertisement Interval: 1",
        "    Address List: 1",
        "  Authentication Errors:",
        "    Invalid Type: 1",
        "    Type Mismatch: 0",
        "    Failure: 4",
        "  Priority Zero:",
        "    Received: 1",
        "    Sent: 0",
    ]


def test_the_trailers_counts_follow_where_there_is_a_key():
    bench = Bench(instance(version=3, hmac=AuthHmac((HmacKey(1, b"k" * 32),), 1)))
    bench.instance.counters.discard("hmac_replay")
    lines = stats(bench)
    start = lines.index("  Authentication Extension Errors:")
    assert [line.split()[-1] for line in lines[start + 1 : start + 7]] == ["0", "0", "0", "0", "0", "1"]


class TestReports:
    def test_signals_ask_for_them(self, rig, play, tmp_path):
        async def scenario():
            async with rig(start=False) as machine:
                task = running(machine)
                await until(lambda: machine.agent.instances)
                signal.raise_signal(signal.SIGUSR1)
                signal.raise_signal(signal.SIGUSR2)
                await until((tmp_path / "hotstandby.stats").exists)
                await until((tmp_path / "hotstandby.data").exists)
                machine.agent.departure.stop()
                machine.agent.departure.stop()
                assert await task == 0

        play(scenario)
        assert [record.title for record in parse((tmp_path / "hotstandby.data").read_text()).instances] == ["VI_1"]
        assert (tmp_path / "hotstandby.stats").read_text().startswith("VRRP Instance: VI_1\n")
        assert (tmp_path / "events-VI_1.jsonl").exists()

    def test_in_pieces_and_for_the_owner_alone(self, tmp_path):
        turns = []

        async def scenario():
            reports = Reports(str(tmp_path), Log(io.StringIO()), None)
            loop = asyncio.get_running_loop()

            def pieces():
                for number in range(3):
                    turns.append("piece")
                    loop.call_soon(turns.append, "loop")
                    yield str(number)

            reports._write_in_turns("f", pieces())
            reports._write_in_turns("f", iter(["second"]))  # one at a time
            while not (tmp_path / "f").exists():
                await asyncio.sleep(0)
            said.append((tmp_path / "f").read_text())
            reports._write_in_turns("f", iter(["third"]))
            while (tmp_path / "f").read_text() == said[0]:
                await asyncio.sleep(0)

        said = []
        asyncio.run(asyncio.wait_for(scenario(), 10))
        assert said == ["0\n1\n2\n"]
        assert (tmp_path / "f").read_text() == "third\n"
        assert stat.S_IMODE((tmp_path / "f").stat().st_mode) == 0o600
        assert turns == ["piece", "loop", "piece", "loop", "piece", "loop"]

    @pytest.mark.parametrize("error", [OSError(28, "No space left on device"), RuntimeError("what")])
    def test_what_goes_wrong_costs_a_line(self, tmp_path, error):
        text = io.StringIO()

        def pieces():
            yield "a piece"
            raise error

        async def scenario():
            Reports(str(tmp_path), Log(text), None)._write_in_turns("f", pieces())

        asyncio.run(scenario())
        assert f"error: cannot write f to {tmp_path}: " in text.getvalue()
