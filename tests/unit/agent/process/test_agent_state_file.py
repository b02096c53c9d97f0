# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A state file is valid only as a whole: each key is given each wrong type, at each depth."""

from __future__ import annotations

import copy
import json
import os
from dataclasses import replace
from ipaddress import ip_interface

import pytest

from vrrp.agent.process import saved_state, state_file
from vrrp.agent.process.saved_state import SavedInstance, SavedState, StateFile
from vrrp.agent.process.state_file import STATIC
from vrrp.protocol.states import State

ENTRY = SavedInstance(
    ("eth0", 51, 4),
    "VI_1",
    2,
    State.MASTER,
    100,
    "master",
    ((2, ip_interface("192.168.8.100/24")),),
    removals=(bytes.fromhex("2000000019000500" + "00" * 24),),
)
SAVED = SavedState(
    (ENTRY, replace(ENTRY, identity=STATIC, hold=None)),
    {"script web": True},
    True,
    True,
    (2,),
    (9,),
    {2: {"arp_ignore": 1}},
)
WRONG = [
    None,
    True,
    -1,
    0.5,
    2**70,
    float("nan"),
    float("inf"),
    "",
    "x",
    "\0",
    [],
    {},
    [[]],
    ["zz"],
    ["x", 2],
    {"x": "y"},
    {"-1": {}},
    {"2": "x"},
]


@pytest.fixture
def whole(tmp_path):
    """Return the content of a state file, which is in ``tmp_path``."""
    made = StateFile(str(tmp_path))
    made.open()
    made.beat_of(ENTRY.identity)(5.0)
    made.write(SAVED)
    assert made.failed == ""
    return json.loads((tmp_path / "ledger.json").read_text())


def paths(value, before=()):
    """Yield the path of each value in a state file: the keys and numbers that lead there."""
    yield before
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from paths(child, (*before, key))


def changed(content, path, value):
    if not path:
        return value
    content = copy.deepcopy(content)
    place = content
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return content


def missing(content, path):
    content = copy.deepcopy(content)
    place = content
    for key in path[:-1]:
        place = place[key]
    del place[path[-1]]
    return content


def read_all(directory):
    """Read it as the next agent and as cleanup do, and use each value as they do."""
    saved = saved_state.read(str(directory))
    for entry in saved.entries:
        entry.memory.has_mandate(entry.version, 10.0)  # it must not raise
        for index, address in entry.installed:
            assert index > 0 and address.ip
    for index, settings in saved.parents.items():
        assert index > 0 and all(isinstance(value, int) for value in settings.values())
    state_file.load(str(directory))
    return saved


def test_a_ledger_that_an_agent_wrote_is_whole(tmp_path, whole):
    assert state_file.valid(whole)
    assert read_all(tmp_path) == replace(
        SAVED, entries=(replace(ENTRY, last_at=5.0), replace(SAVED.entries[1], state=State.BACKUP))
    )


def test_a_ledger_with_any_wrong_value_is_ignored(tmp_path, whole):
    file, believed = tmp_path / "ledger.json", 0
    for path in paths(whole):
        for value in WRONG:
            file.write_text(json.dumps(changed(whole, path, value)))
            saved = read_all(tmp_path)
            believed += bool(saved.entries)
    for path in paths(whole):
        if path:
            file.write_text(json.dumps(missing(whole, path)))
            read_all(tmp_path)
    assert believed  # an empty list of addresses, for one, is no damage


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("macvlans", ["x", 2]),
        ("macvlans", [True]),
        ("parents", {"2": {"arp_ignore": "1"}}),
        ("parents", {"2": {"forwarding": 1}}),
        ("parents", {"eth0": {}}),
        ("promoted", [0]),
        ("firewall", "no"),
        ("drained", 1),
        ("checks", {"script web": None}),
        ("format", 2),
        ("instances", [None]),
    ],
)
def test_a_wrong_key_of_the_host_spoils_the_ledger(whole, key, value):
    assert not state_file.valid({**whole, key: value})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("identity", ["eth0", 256, 4]),
        ("identity", ["eth0", "51", 4]),
        ("interval_cs", "x"),
        ("interval_cs", 0),
        ("interval_cs", 100.0),
        ("hold", "x"),
        ("hold", {}),
        ("state", ["MASTER"]),
        ("version", 4),
        ("mandate_s", "x"),
        ("mandate_s", float("nan")),
        ("installed", [[2, "192.168.8.100"]]),
        ("installed", [[2, 3]]),
        ("installed", [[True, "192.168.8.100/24"]]),
        ("installed", [["2", "192.168.8.100/24"]]),
        ("removals", ["zz"]),
        ("removals", ["0"]),
        ("removals", [5]),
        ("slot", -1),
        ("name", 5),
    ],
)
def test_a_wrong_key_of_an_instance_spoils_the_ledger(whole, key, value):
    assert not state_file.valid({**whole, "instances": [{**whole["instances"][0], key: value}]})


DEEP = "[" * 100_000


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        DEEP,
        '{"a":' * 100_000,
        "[]",
        "null",
        "1" * 5000,
        '"\\ud800"',
        "\x00",
        "{}",
        "[" + "0," * 2_000_000 + "0]",
    ],
    ids=range(11),
)
def test_a_text_that_is_no_ledger_is_none(tmp_path, whole, content):
    (tmp_path / "ledger.json").write_text(content)
    assert state_file.load(str(tmp_path)) is None
    assert read_all(tmp_path) == SavedState()


@pytest.mark.parametrize("name", ["ledger.json", "pulse"])
@pytest.mark.parametrize("kind", ["fifo", "directory", "link", "device", "socket", "stranger", "huge", "binary"])
def test_a_file_that_is_not_our_own_is_ignored(tmp_path, whole, name, kind):
    put(tmp_path / name, kind)
    assert read_all(tmp_path) == SavedState()


def put(path, kind):
    """Put something else in the place of a file."""
    content = path.read_bytes() if path.is_file() else b""
    if kind == "stranger":
        os.chown(path, 12345, -1)
        return
    path.unlink()
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "directory":
        path.mkdir()
    elif kind == "link":
        (path.parent / "elsewhere").write_bytes(content)
        path.symlink_to("elsewhere")
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "socket":
        os.mknod(path, 0o140600)
    elif kind == "huge":
        path.write_bytes(content)
        os.truncate(path, 50 << 20)
    elif kind == "binary":
        path.write_bytes(b"\xff\xfe\x00" * 7)


def test_no_number_of_the_pulse_is_none(tmp_path, whole):
    (tmp_path / "pulse").write_bytes(b"\xff" * 8)  # not a number
    assert read_all(tmp_path).entries[0].last_at == 0.0


@pytest.mark.parametrize("address", ["192.168.8.100", "192.168.8.300/24", "192.168.8.100/33", "x/24", "/", "::/129"])
def test_an_address_that_no_kernel_has_makes_a_state_file_invalid(tmp_path, address):
    made = StateFile(str(tmp_path))
    made.open()
    made.write(SavedState((ENTRY,)))
    path = tmp_path / saved_state.LEDGER_FILE
    assert saved_state.read(str(tmp_path)).entries
    content = path.read_text()
    assert "192.168.8.100/24" in content
    path.write_text(content.replace("192.168.8.100/24", address))
    assert saved_state.read(str(tmp_path)).entries == ()


def test_a_file_system_with_room_for_half_of_it_keeps_no_state(tmp_path, monkeypatch):
    """There would be no room either when a sign of life has to be written."""
    made = StateFile(str(tmp_path))
    with monkeypatch.context() as patch:
        patch.setattr(saved_state.os, "pwrite", lambda descriptor, content, offset: len(content) // 2)
        made.open()
    assert made.failed == f"cannot keep {tmp_path}/{saved_state.PULSE_FILE}: No space left on device"
    assert not made.there and saved_state.read(str(tmp_path)).entries == ()


def test_a_saved_state_without_a_boot_id_needs_a_kernel_without_one(tmp_path, monkeypatch):
    monkeypatch.setattr(saved_state, "BOOT_ID", str(tmp_path / "nothing"))
    made = StateFile(str(tmp_path))
    made.open()
    made.write(SavedState((ENTRY,)))
    assert len(saved_state.read(str(tmp_path)).entries) == 1
    monkeypatch.setattr(saved_state, "BOOT_ID", "/proc/sys/kernel/random/boot_id")
    assert saved_state.read(str(tmp_path)).entries == ()
