# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test the list of keywords without a value, against the keepalived of this machine."""

from __future__ import annotations

import re
import subprocess

import pytest
import smallest_file

from vrrp.config.keywords.keepalived_changes import IGNORED, REFUSED
from vrrp.config.keywords.keepalived_missing import NO_VALUE, ends
from vrrp.config.keywords.keepalived_releases import BUILT_WITH, knows, release
from vrrp.config.keywords.table import WORKS, Keyword, blocks

SAID = {(each.block, each.keyword): each.effect for each in NO_VALUE}


def written(block, keyword):
    if block == "vrrp_instance":
        return smallest_file.text(lines=keyword)
    return smallest_file.text(**({"globals_": keyword} if block else {"blocks": keyword}))


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """Return (block, keyword) -> (exit status, messages) of a file with the keyword alone."""
    folder = tmp_path_factory.mktemp("keepalived")
    version = subprocess.run(["keepalived", "--version"], capture_output=True, text=True, check=True).stderr
    here, names = release(version.split(" (")[0]), {}
    for block in blocks():
        for entry in block.keywords.values():
            unused = isinstance(entry, Keyword) and entry.standing != WORKS
            if unused and block.name in ("", "global_defs", "vrrp_instance") and knows(here, block.name, entry.name):
                names[str(len(names))] = (block.name, entry.name)
                (folder / str(len(names) - 1)).write_text(written(block.name, entry.name))
    commands = """
        ip link add eth0 type veth peer name eth1 && cd "$1" && seq 0 "$2" | xargs -P 2 -I X sh -c '
            keepalived --config-test=X.log -f X -p X.p -r X.r -c X.c -b X.b; echo $? > X.end'
        exit 0
    """
    command = ["unshare", "--net", "sh", "-c", commands, "sh", str(folder), str(len(names) - 1)]
    subprocess.run(command, timeout=120, check=True)
    return {
        name: (int((folder / f"{at}.end").read_text()), (folder / f"{at}.log").read_text(errors="replace"))
        for at, name in names.items()
    }


def test_keepalived_ends_where_the_list_says_so_and_nowhere_else(found):
    built = {name for name in found if name[1] in BUILT_WITH}
    ended = {name for name, (status, _said) in found.items() if status == 2}
    listed = {name for name, effect in SAID.items() if effect == REFUSED and name in found}
    assert ended - built == listed - built and len(ended) > 15
    assert all("missing a parameter after keyword" in found[name][1] for name in ended)


def test_keepalived_complains_where_the_list_says_so(found):
    complaint = re.compile("missing|requires (?!a source)|No .* specified|invalid", re.IGNORECASE)
    listed = {name for name, effect in SAID.items() if effect == IGNORED and name in found}
    quiet = {name for name in listed if name[1] not in BUILT_WITH and not complaint.search(found[name][1])}
    assert not quiet and len(listed) > 15
    silent = {name for name, (_status, said) in found.items() if complaint.search(said)}
    assert silent <= set(SAID)


@pytest.mark.parametrize("name", [name for name, effect in SAID.items() if effect == REFUSED], ids="-".join)
def test_the_agent_refuses_such_a_file_too(name):
    block, keyword = name
    assert ends(block, keyword)
    errors = smallest_file.errors(
        **{"vrrp_instance": {"lines": keyword}, "": {"blocks": keyword}}.get(block, {"globals_": keyword})
    )
    assert any(f"error: {keyword} has no value. keepalived does not start with such a file" in each for each in errors)


def test_the_agent_takes_a_keyword_that_keepalived_passes_over():
    assert smallest_file.errors(globals_="vrrp_priority") == []
    assert smallest_file.errors(globals_="umask 022", lines="debug 3") == []
