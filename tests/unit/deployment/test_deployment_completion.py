# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the completion in a real bash, with a command that answers as the real one does."""

from __future__ import annotations

import json
import os
import subprocess

import manual
import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.deployment.completion import TEXT

ANSWER = {
    "version": "0.9.0",
    "instances": [
        {"name": "VI_1", "peers": [], "checks": [{"name": "chk", "ok": True}]},
        {"name": "VI_2", "checks": []},
        {"name": "节点"},
        {"name": "$(touch evil)"},
    ],
}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Return a directory with the completion, a command that answers, files and a directory."""
    directory = tmp_path_factory.mktemp("bash")
    (directory / "completion").write_text(TEXT, encoding="utf-8")
    (directory / "status.json").write_text(json.dumps(ANSWER, indent=2))
    command = directory / "bin" / "hotstandby"
    command.parent.mkdir()
    command.write_text('#!/bin/sh\necho "$@" >>asked\ncat status.json\n')
    command.chmod(0o755)
    (directory / "run").mkdir()
    (directory / "hotstandby.conf").write_text("")
    return directory


@pytest.fixture
def complete(place):
    """Return ``complete(words)``, which presses the Tab key behind the last word and returns what bash offers."""

    def run(*words):
        script = 'source ./completion; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _hotstandby; '
        script += "printf '%s\\n' \"${COMPREPLY[@]}\""
        done = subprocess.run(
            ["bash", "--norc", "-uc", script, "bash", "hotstandby", *words],
            cwd=place,
            env={**os.environ, "PATH": f"{place}/bin:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stderr == ""
        return done.stdout.split("\n")[:-1] if done.stdout != "\n" else []

    return run


def test_it_is_what_the_parser_says():
    assert dict(manual.written())[manual.COMPLETION] == manual.COMPLETION.read_text(encoding="utf-8"), "run make manual"


def test_bash_takes_it_for_the_command(place):
    done = subprocess.run(
        ["bash", "--norc", "-c", "source ./completion; complete -p hotstandby"],
        cwd=place,
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("complete -F _hotstandby hotstandby\n", "")


def test_the_first_word_is_a_command(complete):
    assert complete("") == [*manual.commands(), "--help", "--version"]
    assert complete("und") == ["undrain"]
    assert complete("sim") == []
    assert complete("run") == ["run"], "there is a directory of this name, which is not meant"


@pytest.mark.parametrize("command", manual.commands())
def test_a_command_has_its_options(complete, command):
    parser = manual.commands()[command]
    assert complete(command, "-") == [
        *(flag for each in manual.options(parser) for flag in each.option_strings),
        "--help",
    ]


@pytest.mark.parametrize("command", ["status", "watch", "promote", "demote", "release", "events", "history"])
def test_a_name_is_one_of_the_running_agent(complete, place, command):
    assert complete(command, "") == ["VI_1", "VI_2", "节点", "$(touch evil)"]
    assert complete(command, "--json", "VI_2") == ["VI_2"]
    assert not (place / "evil").exists()


def test_the_agent_is_that_of_the_directory_in_the_command(complete, place):
    complete("status", "--runtime-dir", "/run/other", "V")
    assert (place / "asked").read_text().splitlines()[-1] == "status --json --runtime-dir /run/other"


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["check", "hot"], ["hotstandby.conf"]),
        (["plan", "--json", "hot"], ["hotstandby.conf"]),
        (["run", "--config", "hot"], ["hotstandby.conf"]),
        (["run", "--state-dir", ""], ["bin", "run"]),
        (["status", "--runtime-dir", "ru"], ["run"]),
        (["metrics", "--format", ""], ["openmetrics", "text"]),
        (["metrics", "--format", "o"], ["openmetrics"]),
        (["events", "--since", ""], []),
        (["drain", "--reason", ""], []),
        (["drain", "--reason", "kernel update", "--e"], ["--expires"]),
    ],
)
def test_a_value_is_of_its_kind(complete, words, offered):
    assert sorted(complete(*words)) == offered


def test_without_an_agent_it_offers_nothing(complete, place):
    (place / "status.json").rename(place / "gone.json")
    try:
        assert complete("status", "") == []
    finally:
        (place / "gone.json").rename(place / "status.json")
