# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write reports about what a client loses: simulated by playbooks/simulate.yml, or measured by playbooks/drill.yml.

Everything here is pure: data in, text out.
"""
