# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make a lab on this machine: a pair of nodes, a client and the network between them.

``segment``, ``host``, ``probe_process`` know network namespaces; ``image``, ``node`` know podman; ``testbed`` puts both
together; ``run`` knows what belongs to which run, so that all of it can be found and removed.
"""
