# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check the rules that every simulated run must obey, and generate runs: `docs/simulation.md` lists both.

The rules stand beside the simulator, not in it: they are worked out from the RFCs a second time. Nothing of this is
installed on a node.
"""
