# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test which release of keepalived knows which keyword: against the keepalived of this machine, and recorded ones."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from every_keyword import all_names, unknown_to

from vrrp.config.keywords import keepalived_releases as releases
from vrrp.config.keywords.keepalived_releases import NEVER, RELEASES, SHOWN, UnknownRelease, knows, release
from vrrp.config.keywords.table import blocks

#: What keepalived said, release by release: "VERSION BLOCK KEYWORD ...", "-" for the top of a file. 2.1.5 and 2.2.7 are
#: Debian's builds, the others have all options but SNMP's RFC MIBs. Written by unknown_to() of each program.
SAID = Path(__file__).with_name("unknown_keywords.txt").read_text(encoding="utf-8")


def recorded():
    found: dict[str, set[tuple[str, str]]] = {}
    for line in SAID.splitlines():
        version, block, *words = line.split()
        found.setdefault(version, set()).update(("" if block == "-" else block, word) for word in words)
    return found


def of_every_build(names):
    return {name for name in names if name[1] not in releases.BUILT_WITH}


def claimed(version):
    """Return what a release does not know: keywords, and those inside a block that it does not know."""
    named = release(version)
    outer = {(each.name, entry.name) for each in blocks() for entry in each.keywords.values()}
    lost = {name for block, name in outer if block in ("", "vrrp_instance") and not knows(named, block, name)}
    return {(block, name) for block, name in all_names() if block in lost or not knows(named, block, name)}


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """Return the version of this machine's keepalived, and the keywords that it calls unknown."""
    said = subprocess.run(["keepalived", "--version"], capture_output=True, text=True, check=True)
    version = re.search(r"Keepalived v([0-9.]+)", said.stdout + said.stderr)[1]
    return version, unknown_to("keepalived", tmp_path_factory.mktemp("keepalived"))


def test_the_keepalived_of_this_machine_knows_what_the_table_says(here):
    version, unknown = here
    assert of_every_build(unknown) == of_every_build(claimed(version))
    assert unknown >= claimed(version)


@pytest.mark.parametrize("version", SHOWN)
def test_each_release_said_what_the_table_says(version):
    said = recorded()[version]
    assert of_every_build(said) == of_every_build(claimed(version))
    assert said >= claimed(version)


@pytest.mark.parametrize("text", ["2.2.7", "keepalived-2.2.7", "Keepalived v2.2.7", " 2.2.7 "])
def test_a_release_is_named_as_people_name_it(text):
    assert release(text) == (2, 2, 7)
    assert str(release(text)) == "2.2.7"


def test_a_release_between_two_known_ones_is_taken():
    assert knows(release("2.1.9"), "vrrp_instance", "unicast_ttl")
    assert not knows(release("2.1.9"), "vrrp_instance", "mcast_dst_ip")


@pytest.mark.parametrize("text", ["2.0.18", "2.4.4", "3.0.0", "2.2", "", "keepalived", "2.2.7-1"])
def test_an_unknown_release_is_an_error_with_the_known_ones(text):
    with pytest.raises(UnknownRelease) as caught:
        release(text)
    assert f'"{text}" is no known release' in str(caught.value)
    assert all(each in str(caught.value) for each in RELEASES)


def test_every_entry_is_a_keyword_of_the_table_and_a_release():
    assert set(releases.SINCE) <= all_names() | {("", "net_namespace_ipvs")}
    assert set(releases.SINCE.values()) <= {*RELEASES[1:], NEVER}
    assert set(releases.ADVICE) <= set(releases.SINCE)
    assert {("global_defs", word) for word in releases.BUILT_WITH} <= all_names()


def test_the_newest_release_lacks_only_the_keywords_that_no_release_knows():
    assert claimed(RELEASES[-1]) == {name for name, since in releases.SINCE.items() if since == NEVER}


def test_the_advice_names_a_release_or_another_way():
    assert releases.advice("vrrp_instance", "owner_ignore_adverts") == "leave it out, or use keepalived 2.3.3 or later"
    assert "vrrp_track_file" in releases.advice("", "track_file")
    assert releases.advice("global_defs", "set_supplementary_groups") == "leave it out"
