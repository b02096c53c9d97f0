# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test what a release of keepalived ignores, refuses or understands otherwise in a file."""

from __future__ import annotations

import pytest
import smallest_file

from vrrp.config.keywords.keepalived_releases import NEWEST, OLDEST, release
from vrrp.config.version_differences import differences, not_compared


def with_lines(*lines):
    """Return a small file with these lines in its instance."""
    return smallest_file.text("\n" + "\n".join(lines) + "\n")


def of(text, version, config_id=""):
    return differences(text, "f", release(version), config_id)


def said(text, version, config_id=""):
    return [(each.line, each.keyword, each.effect, each.since) for each in of(text, version, config_id)]


def test_a_file_of_old_keywords_has_none():
    assert differences(with_lines("nopreempt"), "f", OLDEST) == ()


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


def test_our_own_lines_are_skipped_and_one_without_the_mark_is_not():
    assert of(with_lines("@hotstandby track_unit tomcat.service"), "2.0.19") == ()
    (found,) = of(with_lines("track_unit tomcat.service"), "2.4.3")
    assert found.advice == "write: @hotstandby track_unit"


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
    assert differences(with_lines(f"virtual_routes {{\n10.0.0.0/8 via 192.0.2.1 {rest}\n}}"), "f", OLDEST) == ()


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
    assert differences(text, "f", NEWEST) == ()
    ((place, note),) = not_compared(text, "f")
    assert (place.line, note.split()[0]) == (1, "virtual_server")


def test_a_keyword_that_only_some_builds_know_is_named():
    ((place, note),) = not_compared("global_defs {\nvrrp_ipsets\nrouter_id x\n}\n", "f")
    assert (place.line, note) == (2, "vrrp_ipsets is known only to a keepalived that is built with ipset")


def test_the_differences_are_in_the_order_of_the_file():
    text = with_lines("unicast_ttl 5") + "global_defs {\nvmac_prefix v\n}\nincluder /x\n"
    lines = [each.line for each in of(text, "2.0.19")]
    assert len(lines) == 3 and lines == sorted(lines)
