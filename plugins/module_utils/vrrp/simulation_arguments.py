# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Define the arguments of ``hotstandby simulate``, apart from the command, which no other command imports."""

from __future__ import annotations

import argparse


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to ``parser``."""
    parser.add_argument("files", metavar="FILE", nargs="+", help="configuration of one node")
    parser.add_argument(
        "--fault",
        metavar="TEXT",
        action="append",
        default=[],
        help='what happens: "at 10: kill node-a" (docs/simulation.md lists everything; default: the master dies)',
    )
    parser.add_argument("--seconds", metavar="S", type=float, help="how long (default: until everything is at rest)")
    parser.add_argument("--seed", metavar="N", type=int, default=0, help="other lost and late packets (%(default)s)")
    parser.add_argument("--json", action="store_true", help="everything, as JSON")
    parser.add_argument("--svg", metavar="FILE", help="draw the timeline")
