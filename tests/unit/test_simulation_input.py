# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Test that the user's files become virtual routers: matching instances, and refused advertisements."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from vrrp import simulation_input
from vrrp.config.syntax.diagnostics import ConfigError
from vrrp.simulation.faults import FaultError

NODE = """\
global_defs {{
    router_id {name}
    {globals_}
}}
{blocks}
vrrp_instance VI_1 {{
    interface {interface}
    virtual_router_id {vrid}
    priority {priority}
    {lines}
    virtual_ipaddress {{
        {address}
    }}
}}
"""
BASE = {"globals_": "", "blocks": "", "interface": "eth0", "vrid": 51, "priority": 100, "lines": "", "address": ""}
SECOND = """\
vrrp_instance VI_2 {
    interface eth1
    virtual_router_id 52
    priority 100
    virtual_ipaddress {
        192.168.9.100/24
    }
}
"""
GROUP = "vrrp_sync_group G {\n group {\n VI_1\n VI_2\n }\n}\n"


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a file, and returns its path."""

    def written(stem, text=NODE, **words):
        path = tmp_path / f"{stem}.conf"
        fields = {**BASE, "address": "192.168.8.100/24", "name": stem, **words}
        path.write_text(text.format(**fields))
        return str(path)

    return written


@pytest.fixture
def pair(write):
    """Return two nodes, a and b, with these words in both, or in one of them."""

    def made(both=None, a=None, b=None):
        shared = both or {}
        return simulation_input.read([write("a", **{**shared, **(a or {})}), write("b", **{**shared, **(b or {})})])

    return made


class TestRead:
    def test_a_node_is_called_by_its_router_id_or_its_file(self, write, tmp_path):
        nameless = tmp_path / "c.conf"
        nameless.write_text(SECOND)
        spaced = write("b", name='"my  node"')
        assert [node.name for node in simulation_input.read([write("a"), spaced, str(nameless)])] == [
            "a",
            "my-node",
            "c",
        ]

    def test_lines_for_one_node_are_those_of_its_name(self, write):
        text = NODE.replace("    priority {priority}\n", "    @a priority 10\n    @b priority 20\n")
        nodes = simulation_input.read([write("a", text), write("b", text, name="b.example.org")])
        assert [node.configuration.instances[0].priority for node in nodes] == [10, 20]

    def test_the_problems_of_all_files_are_told(self, write):
        paths = write("a", vrid=300), write("b"), write("c", priority="high")
        with pytest.raises(ConfigError) as caught:
            simulation_input.read(paths)
        assert [(problem.path, problem.line) for problem in caught.value.problems] == [(paths[0], 8), (paths[2], 9)]

    def test_an_instance_with_too_many_ipv6_addresses_is_refused(self, write):
        many = "\n".join(f"fd00:8::{number:x}/64" for number in range(1, 92))
        with pytest.raises(ConfigError) as caught:
            simulation_input.read([write("a", address=many)])
        assert "has 91 IPv6 addresses" in str(caught.value.problems[0])

    def test_a_file_that_is_not_there_is_an_error(self, tmp_path):
        with pytest.raises(ConfigError, match="nothing.conf"):
            simulation_input.read([str(tmp_path / "nothing.conf")])


class TestDistinct:
    def test_two_names_are_fine(self, pair):
        assert simulation_input.demand_distinct(pair()) is None

    def test_one_name_twice_is_refused_with_both_files(self, write):
        paths = write("a"), write("b", name="a")
        with pytest.raises(FaultError) as caught:
            simulation_input.demand_distinct(simulation_input.read(paths))
        assert str(caught.value).startswith(f"{paths[1]}:1: this node is called a, as the one of {paths[0]}. ")

    def test_a_node_without_an_instance_is_refused(self, write):
        path = write("a", "global_defs {{\n router_id a\n}}\n")
        with pytest.raises(FaultError, match=f"^{path}:1: there is no vrrp_instance in it"):
            simulation_input.demand_distinct(simulation_input.read([path]))


class TestVirtualRouters:
    @pytest.mark.parametrize(
        ("b", "count"),
        [
            ({}, 1),
            ({"vrid": 52}, 2),
            ({"interface": "eth9"}, 1),  # the same address
            ({"address": "192.168.8.101/24"}, 1),  # the same interface
            ({"address": "192.168.8.100/32", "interface": "eth9"}, 1),
            ({"address": "192.168.8.101/24", "interface": "eth9"}, 2),
            ({"address": "fd00:8::100/64"}, 2),  # the other IP version
        ],
    )
    def test_the_same_id_and_the_same_interface_or_address_make_one(self, pair, b, count):
        assert len(simulation_input.virtual_routers(pair(b=b))) == count

    def test_two_instances_of_one_node_are_two(self, write):
        """VI_2 has the address of b's, and VI_1 its interface."""
        second = SECOND.replace("52", "51").replace("eth1", "eth0").replace("192.168.9.", "192.168.8.")
        a = write("a", blocks=second, interface="eth1", address="192.168.9.100/24")
        both, alone = simulation_input.virtual_routers(simulation_input.read([write("b", interface="eth1"), a]))
        assert {name: each.name for name, each in both.members.items()} == {"b": "VI_1", "a": "VI_2"}
        assert {name: each.name for name, each in alone.members.items()} == {"a": "VI_1"}

    def test_one_is_called_as_its_first_member_calls_it(self, pair):
        b = {"interface": "ens3", "text": NODE.replace("VI_1", "web")}
        (virtual,) = simulation_input.virtual_routers(pair(b=b))
        assert (virtual.label, virtual.vrid, virtual.addresses) == ("VI_1", 51, "192.168.8.100/24")
        assert virtual.names == {"VI_1", "web", "eth0", "ens3"}

    def test_several_addresses_are_listed(self, pair):
        (virtual,) = simulation_input.virtual_routers(pair({"address": "192.168.8.100/24\n192.168.8.101/32"}))
        assert virtual.addresses == "192.168.8.100/24, 192.168.8.101/32"


class TestSources:
    @pytest.mark.parametrize(
        ("a", "b", "sources", "made_up"),
        [
            ("", "", ["192.0.2.1", "192.0.2.2"], {"a", "b"}),
            ("unicast_src_ip 192.168.8.4", "", ["192.168.8.4", "192.0.2.2"], {"b"}),
            (
                "unicast_peer {\n192.168.8.6\n}",
                "unicast_peer {\n192.168.8.4\n}",
                ["192.168.8.4", "192.168.8.6"],
                set(),
            ),
            (  # two addresses that could be a's
                "",
                "unicast_peer {\n192.168.8.4\n192.168.8.5\n}",
                ["192.0.2.1", "192.0.2.2"],
                {"a", "b"},
            ),
        ],
    )
    def test_sources_are_told_by_the_file_or_the_peer_or_made_up(self, pair, a, b, sources, made_up):
        (virtual,) = simulation_input.virtual_routers(pair(a={"lines": a}, b={"lines": b}))
        assert virtual.sources == {"a": ip_address(sources[0]), "b": ip_address(sources[1])}
        assert virtual.made_up == made_up

    def test_for_ipv6_they_are_link_local(self, pair):
        (virtual,) = simulation_input.virtual_routers(pair({"address": "fd00:8::100/64"}))
        assert virtual.sources == {"a": ip_address("fe80::1"), "b": ip_address("fe80::2")}


class TestMachines:
    def test_a_machine_is_what_the_file_says(self, pair):
        both = {"lines": "advert_int 3", "globals_": ""}
        (virtual,) = simulation_input.virtual_routers(pair(both, b={"priority": 90, "lines": "nopreempt"}))
        a, b = virtual.machines()
        assert (a.name, a.parameters.priority, a.parameters.interval_cs, a.epoch_s) == ("a", 100, 300, 1.5)
        assert (b.name, b.parameters.priority, b.parameters.interval_cs, b.epoch_s) == ("b", 90, 100, 0.5)
        assert (a.parameters.preempt, b.parameters.preempt, a.lease_s, a.check_delta) == (True, False, None, 0)
        assert a.parameters.source == ip_address("192.0.2.1")

    @pytest.mark.parametrize(("weight", "delta"), [(20, 20), (-20, 0), (0, 0), (200, 154)])
    def test_every_check_succeeds(self, write, weight, delta):
        script = f"vrrp_script chk {{{{\n script /bin/true\n weight {weight}\n}}}}\n"
        path = write("a", script + NODE, lines="track_script {\n chk\n }")
        (virtual,) = simulation_input.virtual_routers(simulation_input.read([path]))
        assert virtual.machines()[0].check_delta == delta

    def test_a_lease_of_its_own_is_in_seconds(self, pair):
        (virtual,) = simulation_input.virtual_routers(pair({"globals_": "@hotstandby vip_lease 60"}))
        assert [machine.lease_s for machine in virtual.machines()] == [60.0, 60.0]


class TestJudge:
    @pytest.mark.parametrize(
        ("a", "b", "why"),
        [
            ("", "", None),
            (
                "unicast_peer {\n192.168.8.9\n}",
                "unicast_src_ip 192.168.8.6\nunicast_peer {\n192.168.8.4\n}",
                "192.168.8.6 is no unicast_peer of a",
            ),
            (
                "unicast_peer {\n192.168.8.6\n}",
                "unicast_src_ip 192.168.8.6",
                "a sends to its unicast_peers, b listens to the multicast group",
            ),
            ("", "unicast_peer {\n192.168.8.4\n}", "a sends to the multicast group, b listens to its unicast_peers"),
            ("", "advert_int 2", "advertisement interval mismatch mine=2 sec rcv'd=1 sec"),
            ("mcast_dst_ip 224.0.0.99", "", "to the group 224.0.0.99, ours is 224.0.0.18"),
        ],
    )
    def test_a_receiver_judges_advertisements_by_the_configuration_of_both_nodes(self, pair, a, b, why):
        (virtual,) = simulation_input.virtual_routers(pair(a={"lines": a}, b={"lines": b}))
        said = virtual.judge()("b", "a", 100)
        assert said == why or (why is not None and why in said)

    def test_keys_of_files_are_compared_by_their_numbers(self, pair):
        key = "auth_hmac {{\n key {number} file:/no/such/{name}\n active_key {number}\n }}"
        same = {"a": {"lines": key.format(number=1, name="a")}, "b": {"lines": key.format(number=1, name="b")}}
        (virtual,) = simulation_input.virtual_routers(pair(**same))
        assert virtual.judge()("b", "a", 100) is None
        other = {**same, "b": {"lines": key.format(number=2, name="b")}}
        (virtual,) = simulation_input.virtual_routers(pair(**other))
        assert virtual.judge()("b", "a", 100) is not None

    @pytest.mark.parametrize(("password", "refused"), [("one", False), ("two", True)])
    def test_passwords_of_ah_are_compared(self, pair, password, refused):
        words = "authentication {{\n auth_type AH\n auth_pass {}\n }}"
        (virtual,) = simulation_input.virtual_routers(
            pair(a={"lines": words.format("one")}, b={"lines": words.format(password)})
        )
        assert (virtual.judge()("b", "a", 100) is not None) is refused


class TestGroups:
    @pytest.mark.parametrize(
        ("a", "b", "together", "without"),
        [
            (GROUP + SECOND, GROUP + SECOND, [[0, 1]], []),
            (GROUP + SECOND, SECOND, [[0, 1]], ["b"]),
            (SECOND, SECOND, [[0], [1]], ["a", "b"]),
            (GROUP.replace(" VI_2\n", "") + SECOND, SECOND, [[0], [1]], ["a", "b"]),
        ],
    )
    def test_a_group_on_any_node_makes_them_one(self, pair, a, b, together, without):
        nodes = pair(a={"blocks": a}, b={"blocks": b})
        virtuals = simulation_input.virtual_routers(nodes)
        found = simulation_input.moving_together(nodes, virtuals)
        # the block of VI_2 comes first in the file
        assert [virtual.label for virtual in virtuals] == ["VI_2", "VI_1"]
        assert [[virtuals.index(each) for each in some] for some in found] == together
        assert simulation_input.without_group(nodes, virtuals) == frozenset(without)
