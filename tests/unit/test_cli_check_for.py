# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the command `check --for`, which says what a release of keepalived makes of a file, and `check --json`."""

from __future__ import annotations

import json

import pytest
from cli_parts import GOOD

from vrrp import cli

pytest_plugins = ["cli_parts"]
pytestmark = pytest.mark.usefixtures("machine")

LATER = GOOD.replace("priority", "unicast_ttl 64\n    priority")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "a.conf"
    path.write_text(LATER)
    return path


def test_a_keyword_unknown_to_the_release_is_named_with_status_1(file, capsys):
    assert cli.main(["check", str(file), "--for", "keepalived-2.0.19"]) == 1
    said = capsys.readouterr()
    line = 1 + LATER[: LATER.index("unicast_ttl")].count("\n")
    assert f"{file}:{line}:5: ignored: keepalived 2.0.19 does not know unicast_ttl" in said.err
    assert said.out.splitlines() == [
        f"{file}: ok, 1 instance (VI_1)",
        f"{file}: keepalived 2.0.19 does not take it as it is meant: 1 ignored",
    ]


@pytest.mark.parametrize(
    "version, verdict", [("2.2.7", "2.2.7 takes every line as 2.4.3 does"), ("2.4.3", "2.4.3 knows every line")]
)
def test_a_release_that_takes_every_line_is_said_to_and_the_status_is_0(file, capsys, version, verdict):
    file.write_text(GOOD)
    assert cli.main(["check", str(file), "--for", version]) == 0
    said = capsys.readouterr()
    assert (said.out.splitlines()[1], said.err) == (f"{file}: keepalived {verdict}", "")


def test_the_verdict_does_not_hide_a_warning_about_what_every_release_ignores(file, capsys):
    file.write_text(LATER.replace("priority", "authentication {\nauth_type PASS\nauth_pass 0123456789\n}\npriority"))
    assert cli.main(["check", str(file), "--for", "2.2.7"]) == 0
    said = capsys.readouterr()
    assert "keepalived cuts it to 8 octets" in said.err
    assert said.out.splitlines()[1].endswith("takes every line as 2.4.3 does, see the warnings too")


def test_there_is_no_good_verdict_on_a_file_with_errors(file, capsys):
    file.write_text(LATER.replace("virtual_router_id 51", "virtual_router_id 512"))
    assert cli.main(["check", str(file), "--for", "2.2.7"]) == 1
    assert capsys.readouterr().out == f"{file}: keepalived 2.2.7 is not judged: the file has errors\n"
    assert cli.main(["check", str(file), "--for", "2.2.7", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)["keepalived"]
    assert (found["ok"], found["differences"]) == (False, [])


def test_a_release_between_two_known_ones_is_said_not_to_be_known(file, capsys):
    file.write_text(GOOD)
    assert cli.main(["check", str(file), "--for", "2.1.99"]) == 0
    said = capsys.readouterr()
    assert said.err == "keepalived 2.1.99 is not known here: it was compared like 2.1.5\n"
    assert "keepalived 2.1.99 takes every line as 2.4.3 does" in said.out


@pytest.mark.parametrize("options", [[], ["--for", "2.2.7"]])
def test_json_of_a_file_that_cannot_be_read(tmp_path, capsys, options):
    missing = str(tmp_path / "missing.conf")
    assert cli.main(["check", missing, "--json", *options]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["ok"], found["errors"][0]["text"]) == (False, "cannot read the file: no such file or directory")
    assert (found["keepalived"] or {"ok": False})["ok"] is False


def test_the_rest_of_a_password_is_not_printed(file, capsys):
    file.write_text(LATER.replace("priority", "authentication {\nauth_type PASS\nauth_pass ab}hunter2\n}\npriority"))
    for options in ([], ["--json"]):
        assert cli.main(["check", str(file), "--for", "2.2.7", *options]) == 1
        said = capsys.readouterr()
        assert "hunter2" not in said.out + said.err and "does not take what stands here" in said.out + said.err


def test_the_load_balancer_is_said_not_to_be_compared(file, capsys):
    file.write_text(LATER + "virtual_server 192.0.2.1 80 {\nanything at_all\n}\n")
    assert cli.main(["check", str(file), "--for", "2.2.7"]) == 0
    said = capsys.readouterr()
    assert "note: virtual_server is of another part of keepalived, and its keywords were not compared" in said.err
    assert said.out.splitlines()[1].endswith(
        "keepalived 2.2.7 takes all that was compared as 2.4.3 does, see the warnings too"
    )


def test_a_keyword_that_needs_a_build_is_said(file, capsys):
    file.write_text(LATER + "global_defs {\nvrrp_ipsets a\n}\n")
    assert cli.main(["check", str(file), "--for", "2.2.7"]) == 0
    assert "note: vrrp_ipsets is known only to a keepalived that is built with ipset" in capsys.readouterr().err


def test_a_file_with_an_error_is_compared_too(file, capsys):
    file.write_text(LATER.replace("priority", "prioritty"))
    assert cli.main(["check", str(file), "--for", "2.0.19"]) == 1
    said = capsys.readouterr()
    assert 'error: unknown keyword "prioritty"' in said.err
    assert "no release of keepalived knows prioritty" in said.err
    assert "2.0.19 does not know unicast_ttl" in said.err
    assert said.out == f"{file}: keepalived 2.0.19 does not take it as it is meant: 2 ignored\n"


def test_an_unknown_release_is_wrong_usage_and_the_known_ones_are_named(file, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["check", str(file), "--for", "keepalived-1.3.5"])
    assert caught.value.code == 2
    assert (
        '"keepalived-1.3.5" is no known release of keepalived; known are keepalived-2.0.19' in capsys.readouterr().err
    )


def test_json_holds_everything(file, capsys):
    assert cli.main(["check", str(file), "--json", "--for", "2.0.19"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["file"], found["ok"], found["instances"], found["errors"]) == (str(file), True, ["VI_1"], [])
    assert (found["keepalived"]["release"], found["keepalived"]["ok"]) == ("2.0.19", False)
    (difference,) = found["keepalived"]["differences"]
    assert difference["keyword"] == "unicast_ttl"
    assert {"path", "line", "column", "block", "effect", "since", "text", "advice"} <= set(difference)


def test_json_of_a_file_with_an_error(file, capsys):
    file.write_text(LATER.replace("priority", "prioritty"))
    assert cli.main(["check", str(file), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["ok"], found["keepalived"]) == (False, None)
    assert found["errors"][0]["text"].startswith('unknown keyword "prioritty"')
