# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that a value of an inventory is refused, or reaches the file, the model and an import unchanged."""

from __future__ import annotations

import corpus  # noqa: F401 it says where the helpers of other tests are
import pytest
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.errors import PairError
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.from_keepalived import import_file
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.from_model import joined, quoted_words
from ansible_collections.hotstandby.vrrp.plugins.module_utils.inventory.instances import instances
from fuzzing import fuzz
from hypothesis import strategies as st
from imported_hosts import hosts as again_hosts
from role_template import files
from two_hosts import hosts

from vrrp.config.loader import inspect
from vrrp.config.syntax.parser import split_command, split_words

PIECES = [
    *(" ", "  ", '"', "'", "\\", "\\\\", "#", "!", "$", "${", "}", "{", "{{", "{%", "~SEQ(A,2)", "~", "@", "@^n "),
    *("a", "b", "/bin/true", "x1", "0", "é", "节", "\t", "\n", "\r", "\x7f", "\u00a0", "\udce9", "=", "%s", "`", "$("),
    *("$HOME", "${HOME}", "\\x41", "\\042", "\\n", "include x", "]", "*", "?", "-", ",", ";", "|", "<"),
]
VALUE = st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join)
WORDS = st.lists(VALUE.filter(lambda word: "\0" not in word), max_size=3)
SCRIPTS = {"script_user": "root"}


def model(**said):
    """Return the model of node-a, or None where the inventory is refused; check that an import gives the same."""
    both = hosts(vips=["192.168.8.100/24"], **said)
    try:
        instances(both)
    except PairError:
        return None
    text = files(both)["node-a"]
    report = inspect(text, "f")
    assert report.problems == (), (report.problems, text)
    found = import_file(text, "f", secrets=True)
    assert (found.problems, [gap for gap in found.not_carried_over() if "refuses" in gap["why"]]) == ([], [])
    back = inspect(files(again_hosts(found))["node-a"], "f")
    for part in ("scripts", "processes", "globals"):
        assert getattr(back.configuration, part) == getattr(report.configuration, part)
    (first,), (second,) = report.configuration.instances, back.configuration.instances
    assert (first.notify, first.authentication, first.track) == (second.notify, second.authentication, second.track)
    return report.configuration


def process(value):
    return {"track_processes": [{"name": "p", "process": value}], "track_process": ["p"]}


def http(value, word):
    return {"track_http": [{"url": "http://127.0.0.1/", word: value}]}


def file(path):
    return {"track_files": [{"name": "f", "file": path}], "track_file": ["f"]}


def named(name, kind):
    word = {"scripts": "script", "track_processes": "process", "track_files": "file"}[kind]
    return {kind: [{"name": name, word: "/bin/true"}]}


@pytest.mark.parametrize(
    "said",
    [
        {"scripts": [{"name": "chk", "script": "/bin/true"}]},
        {"notify_master": {"command": "/bin/true", "user": "root"}},
        process("haproxy"),
        {"auth_pass": "s3cret"},
        {"router_id": "web-a"},
        *(http(value, word) for value, word in (("ok", "body"), ("www", "host"), ("http://127.0.0.1/a", "url"))),
        *(named("a", kind) for kind in ("scripts", "track_processes", "track_files")),
        file("/run/a"),
    ],
    ids=" ".join,
)
def test_an_ordinary_value_is_carried(said):
    """Without this the tests below would pass if each value was refused."""
    assert model(**said, **SCRIPTS) is not None


def test_an_ordinary_name_of_an_instance_is_carried():
    assert model_of_instance("VI_1").instances[0].name == "VI_1"


def arguments(value):
    return tuple(split_command(split_command(f'x "{value}"')[1]))


@fuzz(VALUE, few=15)
def test_a_command_of_a_script_is_carried_unchanged_or_refused(value):
    found = model(scripts=[{"name": "chk", "script": value}], **SCRIPTS)
    assert found is None or found.scripts[0].command == arguments(value)


@fuzz(VALUE, few=15)
def test_a_command_of_a_notification_is_carried_unchanged_or_refused(value):
    found = model(notify_master={"command": value, "user": "root"}, **SCRIPTS)
    assert found is None or found.instances[0].notify.master.command == arguments(value)


@fuzz(VALUE, WORDS, few=15)
def test_any_arguments_are_carried_unchanged(program, words):
    """Check that the role takes what the importer writes for an argument vector, and gives that vector again."""
    words = [f"/bin/{program}".replace("\0", ""), *words]
    found = model(scripts=[{"name": "chk", "script": joined(words)}], **SCRIPTS)
    assert found is not None
    expected = [word.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape") for word in words]
    assert found.scripts[0].command == tuple(expected)


@fuzz(VALUE, few=15)
def test_a_process_is_carried_unchanged_or_refused(value):
    found = model(**process(value))
    if found is not None:
        tracked = found.processes[0]
        assert (tracked.process, *(tracked.parameters or ())) == tuple(word for word, _index in split_words(value))


@fuzz(WORDS, few=15)
def test_the_words_of_a_process_are_carried_unchanged(words):
    plain = [word for word in ("p", *words) if word.isprintable() and not set(word) & set('"\\$~@{}')]
    found = model(**process(quoted_words(plain)))
    assert found is not None
    assert (found.processes[0].process, *(found.processes[0].parameters or ())) == tuple(plain)


@fuzz(VALUE, few=15)
def test_a_password_is_carried_unchanged_or_refused(value):
    found = model(auth_pass=value)
    assert found is None or found.instances[0].authentication.auth_pass == value


@fuzz(VALUE, few=15)
def test_the_name_of_a_node_is_carried_unchanged_or_refused(value):
    found = model(router_id=value)
    assert found is None or [found.globals.router_id] == [word for word, _index in split_words(value)]


@fuzz(VALUE, st.sampled_from(["body", "host", "url"]), few=15)
def test_a_check_of_http_is_carried_unchanged_or_refused(value, word):
    value = value if word != "url" else f"http://127.0.0.1/{value}"
    found = model(**http(value, word))
    assert found is None or getattr(found.instances[0].track.http[0], word) == value


@fuzz(VALUE, st.sampled_from(["scripts", "track_processes", "track_files", "instances"]), few=15)
def test_a_name_is_carried_unchanged_or_refused(value, kind):
    if kind == "instances":
        found = model_of_instance(value)
        assert found is None or found.instances[0].name == value
        return
    found = model(**named(value, kind), **SCRIPTS)
    lists = {"scripts": "scripts", "track_processes": "processes", "track_files": "files"}
    assert found is None or getattr(found, lists[kind])[0].name == value


def model_of_instance(name):
    both = hosts(instances=[{"name": name, "virtual_ipaddress": ["192.168.8.100/24"]}])
    try:
        instances(both)
    except PairError:
        return None
    return inspect(files(both)["node-a"], "f").configuration


@fuzz(VALUE, few=15)
def test_a_path_is_carried_unchanged_or_refused(value):
    found = model(**file(f"/run/{value}"))
    assert found is None or found.files[0].path == f"/run/{value}"
