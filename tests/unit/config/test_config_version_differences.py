# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what a release of keepalived ignores, refuses or understands otherwise in a file."""

from __future__ import annotations

import pytest
import smallest_file

from vrrp.config.keywords.keepalived_releases import NEWEST, OLDEST, release
from vrrp.config.loader import here
from vrrp.config.version_differences import compare


def with_lines(*lines):
    """Return a small file with these lines in its instance."""
    return smallest_file.text("\n" + "\n".join(lines) + "\n")


def of(text, version, config_id=""):
    return compare(text, "f", release(version), config_id).differences


def said(text, version, config_id=""):
    return [(each.line, each.keyword, each.effect, each.since) for each in of(text, version, config_id)]


def test_a_file_of_old_keywords_has_none():
    assert compare(with_lines("nopreempt"), "f", OLDEST).differences == ()


def test_a_keyword_that_came_later_is_ignored_with_its_place_and_what_to_do():
    (found,) = of(with_lines("unicast_ttl 64"), "2.0.20")
    assert (found.path, found.column, found.block) == ("f", 1, "vrrp_instance")
    assert str(found) == (
        f"f:{found.line}:1: ignored: keepalived 2.0.20 does not know unicast_ttl in vrrp_instance; 2.1.0 is the first "
        "that does (without it unicast advertisements have the TTL 255)"
    )
    assert of(with_lines("unicast_ttl 64"), "2.1.0") == ()


def test_an_unknown_block_takes_what_is_below_it():
    """keepalived 2.2.7 reports each of these lines as unknown: the } of auth_hmac has closed the instance."""
    text = "vrrp_instance V {\nauth_hmac {\nkey 1 x\n}\nvirtual_ipaddress {\n192.0.2.1\n}\nnopreempt\n}\n"
    (found,) = of(text, "2.2.7")
    assert (found.line, found.effect, found.since) == (2, "refused", "2.4.0")
    assert "Its } ends vrrp_instance, so it does not read virtual_ipaddress, nopreempt below it" in found.text


def test_an_unknown_block_at_the_top_is_only_ignored():
    assert said("track_file x {\nfile /x\n}\n", "2.0.19") == [(1, "track_file", "ignored", "2.1.0")]


def test_a_word_that_no_release_knows_is_never_fine():
    assert said(with_lines("priorty 100"), "2.4.3")[0][1:] == ("priorty", "ignored", "")
    assert said("global_defs {\nstate_file_location /x\n}\n", "2.4.3") == [(2, "state_file_location", "ignored", "")]
    (found,) = of("vrrp_instance V {\nauthentication {\nhunter22\n}\n}\n", "2.4.3")
    assert "hunter22" not in repr(found)


@pytest.mark.parametrize("rest", ["hunter2", "unicast_ttl 5", "skip_check_adv_addr off", "accept", "thing {"])
def test_the_text_after_a_brace_in_a_password_is_not_named(rest):
    """The } closes the block, so what follows it seems to be a keyword of the instance."""
    for opened in ("authentication {\nauth_type PASS\nauth_pass ab}", "auth_hmac {\nkey 1 abc}"):
        for found in of(with_lines(opened + rest, "}"), "2.0.19"):
            assert rest.split()[0] not in repr(found)


def test_a_character_of_a_password_is_not_named():
    (found,) = of(with_lines("authentication {\nauth_type PASS\nauth_pass a${_HASH}b\n}"), "2.1.3")
    assert (found.keyword, found.since) == ("the keyword", "2.1.4") and "HASH" not in repr(found)


def test_an_unknown_block_inside_another_one_ends_it():
    """keepalived 2.2.7 calls each of these lines unknown: each } ends one block more than it was written for."""
    text = (
        "vrrp_instance V {\nauthentication {\nfoo {\na\n}\nauth_type AH\n}\nstate MASTER\n@hotstandby vip_lease 2\n}\n"
    )
    (found,) = of(text, "2.4.3")
    assert (found.line, found.effect, found.keyword) == (3, "refused", "the keyword")
    assert found.text.endswith(". Its } ends authentication, so it does not read auth_type, state below it")
    assert said("foo {\na b\n}\nglobal_defs {\n}\n", "2.4.3") == [(1, "foo", "ignored", "")]


def test_the_content_of_an_unknown_block_is_told_once():
    text = "vrrp_instance V {\nfoo {\n}\nauthentication {\nfoo {\n}\n}\nstate MASTER\n}\n"
    told = [each.text for each in of(text + text, "2.4.3")]
    assert ["does not read" in each for each in told] == [True, False, True, False]


def test_a_keyword_in_the_wrong_block_is_told_where_it_belongs():
    (found,) = of("virtual_ipaddress {\n192.0.2.1\n}\n", "2.2.7")
    assert (found.effect, found.advice) == ("ignored", "it belongs to vrrp_instance")
    (found,) = of(with_lines("static_routes {\n10.0.0.0/8 dev eth0\n}"), "2.2.7")
    assert (found.effect, found.advice) == ("refused", "it belongs to the top of the file")


TRACKERS = {
    "track_script": "vrrp_script t {\nscript /x\n}\n",
    "track_process": "vrrp_track_process t {\nprocess x\n}\n",
    "track_file": "track_file t {\nfile /x\n}\n",
    "track_file ": "vrrp_track_file t {\nfile /x\n}\n",
}


@pytest.mark.parametrize("name", TRACKERS)
@pytest.mark.parametrize("version", ["2.1.0", "2.4.3"])
def test_a_tracker_below_what_names_it_is_not_found(name, version):
    lists = f"{name} {{\nt weight 2\n}}"
    group = f"vrrp_sync_group G {{\ngroup {{\nVI_1\n}}\n{lists}\n}}\n"
    for block in (with_lines(lists), group):
        (found,) = of(block + TRACKERS[name], version)
        assert (found.keyword, found.effect, found.since) == (name.strip(), "ignored", "")
        assert "defined below" in found.text
        assert of(TRACKERS[name] + block, version) == ()
        assert of(block, version) == (), "one that is nowhere is an error of the file"


@pytest.mark.parametrize(
    "block, line",
    [
        ("static_ipaddress", "192.0.2.9 dev eth0 track_group G"),
        ("static_routes", "10.0.0.0/8 dev eth0 track_group G"),
        ("static_rules", "from 10.0.0.0/8 iif eth0 track_group G preference 5 table 8"),
    ],
)
def test_a_track_group_below_what_names_it_is_not_found(block, line):
    group, static = "track_group G {\ngroup {\nVI_1\n}\n}\n", f"{block} {{\n{line}\n}}\n"
    (found,) = of(static + group, "2.4.3")
    assert (found.line, found.keyword, found.effect) == (2, block, "ignored")
    assert of(group + static, "2.4.3") == ()


@pytest.mark.parametrize(
    "line, effect",
    [
        ("virtual_rules {\nfrom 10.0.0.0/8 protocol static table 8\n}", "ignored"),
        ("virtual_rules {\nfrom 10.0.0.0/8 protocol 4 table 8\n}", "other meaning"),
        ("virtual_rules {\ninet6 from fd00::/64 table 8\n}", "ignored"),
        ("virtual_routes {\n10.0.0.0/8 dev eth0 protocol static\n}", "other meaning"),
        ("virtual_routes {\ninet6 fd01::/64 dev eth0\n}", "ignored"),
    ],
)
def test_a_line_that_no_release_takes_as_it_is_meant(line, effect):
    for version in ("2.0.19", "2.2.7", "2.4.3"):
        assert [each[2:] for each in said(with_lines(line), version)] == [(effect, "")]


@pytest.mark.parametrize("words", ["readable", "match wildcard_match"])
def test_a_word_of_include_check_that_no_release_takes(words):
    for version in ("2.2.0", "2.4.3"):
        assert said(f"global_defs {{\ninclude_check {words}\n}}\n", version) == [(2, "include_check", "ignored", "")]


def test_a_missing_value_is_refused_or_ignored():
    assert said("global_defs {\numask\nvrrp_priority\n}\n", "2.4.3") == [
        (2, "umask", "refused", ""),
        (3, "vrrp_priority", "ignored", ""),
    ]


def test_a_keyword_that_is_off_is_said_to_be_switched_off():
    (found,) = of("global_defs {\nvrrp_skip_check_adv_addr no\n}\n", "2.2.7")
    assert found.text.startswith("vrrp_skip_check_adv_addr switched off, in keepalived 2.2.7: it takes any value as on")


def test_our_own_lines_are_skipped_and_one_without_the_mark_is_not():
    assert of(with_lines("@hotstandby track_unit tomcat.service"), "2.0.19") == ()
    (found,) = of(with_lines("track_unit tomcat.service"), "2.4.3")
    assert found.advice == "write: @hotstandby track_unit"


def test_an_include_behind_a_condition_is_found():
    (found,) = of("  @node1 includea /etc/x.conf\n@node2 includea /etc/y.conf\n", "2.1.5", "node1")
    assert (found.line, found.column, found.keyword) == (1, 10, "includea")
    (found,) = of("@^node2 includer\t/etc/x.conf\n", "2.1.5", "node1")
    assert (found.keyword, found.text) == (
        "includer",
        "keepalived 2.1.5 does not know includer: it does not know the keyword, and reads no file",
    )


def test_an_included_file_is_compared_with_its_own_name(tmp_path):
    (tmp_path / "part.conf").write_text("global_defs {\nvmac_prefix v\n}\n$A=${_BANG}\n")
    text = f"include {tmp_path}/part.conf\n"
    found = compare(text, "f", release("2.1.3"), "", here(text)).differences
    assert [(each.path, each.line, each.keyword) for each in found] == [
        (f"{tmp_path}/part.conf", 2, "vmac_prefix"),
        (f"{tmp_path}/part.conf", 4, "${_BANG"),
    ]


def test_lines_for_another_machine_are_skipped():
    text = "@node1 $A=${_HASH}\n@^node1 $A=${_HASH}\n# ${_HASH}\n"
    assert said(text, "2.1.3", "node1") == [(1, "${_HASH", "other meaning", "2.1.4")]
    assert said(text, "2.1.3", "node2") == [(2, "${_HASH", "other meaning", "2.1.4")]


@pytest.mark.parametrize(
    "line, last, first",
    [
        ("virtual_ipaddress_excluded {\n192.0.2.9 preferred_lft 0\n}", "2.0.19", "2.0.20"),
        ("virtual_ipaddress_excluded {\n192.0.2.9 dev eth1 use_vmac\n}", "2.1.5", "2.2.0"),
        ("check_unicast_src\nunicast_peer {\n192.0.2.9 min_ttl 255\n}", "2.0.20", "2.1.0"),
        ("use_vmac vip 02:00:5e:10:00:33", "2.2.4", "2.2.5"),
        ("virtual_routes {\n10.0.0.0/8 via 192.0.2.1\n}", "2.3.1", "2.3.2"),
        ("use_vmac vip netlink_notify_msg", "2.2.8", "2.3.0"),
        ("use_vmac name vip", "2.2.8", "2.3.0"),
        ("use_vmac vip group 5", "2.2.8", "2.3.0"),
        ("use_ipvlan vip group 5", "2.2.8", "2.3.0"),
        ("skip_check_adv_addr no", "2.4.3", "2.2.4"),
        ("auth_hmac {\nmode receive-only\n}", "2.4.1", "2.4.2"),
        ("auth_hmac {\nmode enforce\n}", "2.4.1", "2.4.2"),
    ],
)
def test_a_value_of_an_instance_that_a_release_takes_otherwise(line, last, first):
    assert of(with_lines(line), last)
    assert of(with_lines(line), first) == ()


@pytest.mark.parametrize(
    "line, last, first",
    [
        ("vrrp_skip_check_adv_addr off", "2.2.8", "2.3.0"),
        ("umask IRWXG", "2.2.7", "2.2.8"),
        ("vrrp_ipsets a b c d e f", "2.2.8", "2.3.0"),
    ],
)
def test_a_global_value_that_a_release_takes_otherwise(line, last, first):
    assert of(f"global_defs {{\n{line}\n}}\n", last)
    assert of(f"global_defs {{\n{line}\n}}\n", first) == ()


def test_a_ttl_of_a_peer_is_looked_at_only_beside_check_unicast_src():
    peers = "unicast_peer {\n192.0.2.9 max_ttl 255\n}"
    (found,) = of(with_lines(peers), "2.4.3")
    assert (found.effect, found.since) == ("other meaning", "")
    assert of(with_lines(peers, "check_unicast_src"), "2.4.3") == ()
    assert of("global_defs {\nvrrp_check_unicast_src\n}\n" + with_lines(peers), "2.4.3") == ()


@pytest.mark.parametrize("rest", ["dev eth0", "no_track"])
def test_a_route_with_an_interface_or_without_tracking_is_the_same_everywhere(rest):
    assert compare(with_lines(f"virtual_routes {{\n10.0.0.0/8 via 192.0.2.1 {rest}\n}}"), "f", OLDEST).differences == ()


def test_a_macvlan_beside_peers():
    """keepalived 2.1.5: "Cannot use VMAC/ipvlan with unicast peers - clearing use_vmac"."""
    text = with_lines("use_vmac vip", "unicast_peer {\n192.0.2.9\n}")
    assert [each[1:] for each in said(text, "2.1.5")] == [("use_vmac", "ignored", "2.2.0")]
    assert said(text, "2.0.20") == said(text, "2.2.0") == said(with_lines("use_vmac vip"), "2.1.5") == []


def test_strict_that_is_off_is_on_before_2_3_0_and_for_the_agent():
    text = "global_defs {\nvrrp_strict off\n}\n"
    (before,), (after,) = of(text, "2.2.8"), of(text, "2.3.0")
    assert (before.effect, before.since) == ("other meaning", "2.3.0") and "any value as on" in before.text
    assert after.effect == "other meaning" and "the agent as on" in after.text


def test_a_global_checksum_that_is_off_is_on_everywhere():
    text = "global_defs {\nv3_checksum_as_v2 off\n}\n"
    assert [said(text, version)[0][2] for version in ("2.2.7", "2.2.8", "2.4.3")] == [
        "ignored",
        "other meaning",
        "other meaning",
    ]


def test_a_script_below_bin_where_that_may_be_a_link():
    """keepalived 2.3.4 of a Debian, where /bin is a link: "Disabling track script chk due to insecure"."""
    text = 'vrrp_script s {\nscript "/bin/pidof haproxy"\n}\n'
    assert said(text, "2.3.0") == [(2, "script", "other meaning", "")]
    assert said(text, "2.2.8") == said(text.replace("/bin", "/usr/bin"), "2.3.0") == []
    assert said(with_lines("notify_master /sbin/x"), "2.4.3")[0][1] == "notify_master"


@pytest.mark.parametrize("keyword", ["interval", "timeout"])
def test_a_fraction_of_a_second_for_a_script(keyword):
    text = f"vrrp_script s {{\nscript /x\n{keyword} 0.5\n}}\n"
    assert said(text, "2.3.1") == [(3, keyword, "ignored", "2.3.2")]
    assert said(text, "2.3.2") == said(text.replace("0.5", "5"), "2.0.19") == []


@pytest.mark.parametrize(
    "text, last, first",
    [
        ("~LST(X, 1, 2) # x", "2.0.20", "2.1.0"),
        ("~SEQx(X, 1, 2) # x", "2.0.20", "2.1.0"),
        ("$A=${_HASH}", "2.1.3", "2.1.4"),
        ("includea /nothing/*", "2.1.5", "2.2.0"),
        ("$A=${_ENV HOME}", "2.3.4", "2.4.0"),
    ],
)
def test_a_part_of_the_language_that_came_later(text, last, first):
    assert [each.since for each in of(text, last)][:1] == [first]
    assert [each for each in of(text, first) if each.since] == []


def test_the_load_balancer_is_named_as_not_compared():
    text = "virtual_server 192.0.2.1 80 {\nanything at_all\n}\n"
    assert compare(text, "f", NEWEST).differences == ()
    ((place, note),) = compare(text, "f", NEWEST).not_compared
    assert (place.line, note.split()[0]) == (1, "virtual_server")


def test_a_keyword_that_only_some_builds_know_is_named():
    ((place, note),) = compare("global_defs {\nvrrp_ipsets\nrouter_id x\n}\n", "f", NEWEST).not_compared
    assert (place.line, note) == (2, "vrrp_ipsets is known only to a keepalived that is built with ipset")


def test_values_that_the_agent_does_not_use_are_named_as_not_compared():
    text = "global_defs {\numask FOO\nprocess_names\nnotification_email {\na@b\n}\nlvs_timeouts x\n}\n" + with_lines(
        "debug 9"
    )
    ((place, note),) = compare(text, "f", NEWEST).not_compared
    assert place.line == 2
    assert (
        note == "the agent does not use umask, notification_email, lvs_timeouts, debug, and did not compare the values"
    )


def test_the_differences_are_in_the_order_of_the_file():
    text = with_lines("unicast_ttl 5") + "global_defs {\nvmac_prefix v\n}\nincluder /x\n"
    lines = [each.line for each in of(text, "2.0.19")]
    assert len(lines) == 3 and lines == sorted(lines)
