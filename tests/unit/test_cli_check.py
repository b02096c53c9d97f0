# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the command `check`."""

from __future__ import annotations

import subprocess
import sys

import pytest
from cli_parts import GOOD, MODULE_UTILS

from vrrp import cli
from vrrp.agent.netlink import links
from vrrp.agent.netlink.messages import DumpError
from vrrp.config import loader

pytest_plugins = ["cli_parts"]
pytestmark = pytest.mark.usefixtures("machine")


@pytest.mark.parametrize("words", [[], ["nonsense"], ["promote"], ["check"], ["status", "--yaml"]])
def test_wrong_usage_exits_with_2(words, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(words)
    assert caught.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_check_of_a_good_file_is_one_line(tmp_path, capsys):
    file = tmp_path / "good.conf"
    file.write_text(GOOD)
    assert cli.main(["check", str(file)]) == 0
    assert capsys.readouterr() == (f"{file}: ok, 1 instance (VI_1)\n", "")


def test_check_parses_the_file_once(tmp_path, monkeypatch):
    parsed, parse = [], loader.parse
    monkeypatch.setattr(loader, "parse", lambda text, *rest: parsed.append(text) or parse(text, *rest))
    file = tmp_path / "good.conf"
    file.write_text(GOOD)
    assert cli.main(["check", str(file)]) == 0
    assert parsed == [GOOD]


def test_check_names_every_problem_with_its_line(tmp_path, capsys):
    file = tmp_path / "bad.conf"
    file.write_text(GOOD.replace("priority", "prioritty").replace("virtual_router_id 51", "virtual_router_id 0"))
    assert cli.main(["check", str(file)]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert [line.split(": error: ")[0] for line in captured.err.splitlines()] == [f"{file}:3:23", f"{file}:4:5"]


def test_check_warns_of_what_does_not_fit_this_machine(tmp_path, capsys):
    file = tmp_path / "elsewhere.conf"
    second = GOOD.replace("VI_1", "VI_2").replace("eth0", "eth7").replace(" 51", " 52").replace(".100/", ".101/")
    file.write_text(GOOD.replace("192.168.8.100/24", "198.51.100.7/24") + second)
    assert cli.main(["check", str(file)]) == 0
    assert capsys.readouterr().err.splitlines() == [
        f"{file}:1:1: warning: vrrp_instance VI_1: 198.51.100.7 is outside every subnet of eth0 (eth0: 192.168.8.0/24)",
        f"{file}:9:1: warning: vrrp_instance VI_2: interface eth7 does not exist on this machine (there are: eth0)",
    ]


def test_check_refuses_what_no_host_of_this_subnet_can_have(tmp_path, capsys):
    file = tmp_path / "broadcast.conf"
    file.write_text(GOOD.replace("192.168.8.100/24", "192.168.8.255/32"))
    assert cli.main(["check", str(file)]) == 1
    text = "error: vrrp_instance VI_1: 192.168.8.255 is the broadcast address of 192.168.8.0/24 on eth0"
    assert capsys.readouterr().err.startswith(f"{file}:1:1: {text}")


def test_check_refuses_what_the_agent_does_not_run(tmp_path, capsys):
    file = tmp_path / "six.conf"
    many = "\n".join(f"2001:db8::{number:x}/64" for number in range(1, 92))
    file.write_text(GOOD.replace("192.168.8.100/24", many).replace("priority", "version 3\n    priority"))
    assert cli.main(["check", str(file)]) == 1
    assert f"{file}:1:1: error: vrrp_instance VI_1 has 91 IPv6 addresses" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["check"], ["run", "--runtime-dir", "/nonexistent/run", "--config"]])
def test_a_file_that_is_not_there_is_a_problem_with_a_name(tmp_path, capsys, words):
    file = tmp_path / "missing.conf"
    assert cli.main([*words, str(file)]) == 1
    assert capsys.readouterr().err.startswith(f"{file}:1:1: error: cannot read the file")


@pytest.mark.parametrize(
    "words",
    [
        ["check", "/nonexistent"],
        ["status", "--runtime-dir", "/nonexistent"],
        ["cleanup", "--runtime-dir", "/nonexistent"],
        ["--version"],
    ],
)
def test_only_run_loads_the_libraries_of_the_agent(words):
    program = (
        "import sys\nfrom vrrp import cli\n"
        "try:\n    cli.main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "sys.exit(', '.join({'pyroute2', 'vrrp.agent.daemon'} & set(sys.modules)) or 0)"
    )
    environment = {"PYTHONPATH": str(MODULE_UTILS), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program, *words], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_check_goes_on_where_the_interfaces_cannot_be_listed(tmp_path, capsys, monkeypatch):
    """As on a controller that is no Linux: the file itself is still checked."""

    def fails(table):
        raise DumpError("this system has no rtnetlink: it is not Linux")

    monkeypatch.setattr(links, "dump", fails)
    file = tmp_path / "good.conf"
    file.write_text(GOOD.replace("eth0", "eth7"))
    assert cli.main(["check", str(file)]) == 0
    said = capsys.readouterr()
    text = "the interfaces of this machine were not compared: this system has no rtnetlink: it is not Linux\n"
    assert (said.out, said.err) == (f"{file}: ok, 1 instance (VI_1)\n", text)
    file.write_text(GOOD.replace("_id 51", "_id 0"))
    assert cli.main(["check", str(file)]) == 1
