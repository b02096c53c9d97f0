# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""It puts together what the nodes of a pair say before a deployment, as errors and warnings of each host. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from .attempts import attempts
from .clocks import clocks
from .host import NodeFacts
from .node_settings import node_settings, subnets
from .peer_status import closed
from .reach import reach


def preflight(
    hosts: Sequence[str],
    found: Mapping[str, NodeFacts],
    plan: Mapping[str, Sequence[Mapping[str, Any]]],
    looks: Mapping[str, NodeFacts],
    opens: Collection[str] = (),
) -> dict[str, dict[str, list[str]]]:
    """Return for each host its ``errors``, which stop a deployment, and its ``warnings``.

    ``found`` are the first looks at the hosts, ``looks`` the results of ``reach`` and ``preflight``. ``opens`` are the
    hosts whose firewall would be opened now, as check mode opens none.
    """
    tried = attempts(hosts, found, plan)
    parts = [
        node_settings(hosts, looks, found, plan),
        subnets(hosts, found, tried),
        reach(hosts, looks, opens),
        closed(hosts, looks),
        clocks(hosts, looks, plan),
    ]
    return {
        host: {
            "errors": list(dict.fromkeys(text for errors, _warnings in parts for text in errors[host])),
            "warnings": list(dict.fromkeys(text for _errors, warnings in parts for text in warnings[host])),
        }
        for host in hosts
    }
