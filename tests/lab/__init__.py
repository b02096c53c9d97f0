# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pair of machines, a client and the wire between them, all on this machine.

``segment``, ``host``, ``probe`` know network namespaces; ``image``, ``node`` know podman; ``testbed`` puts both
together; ``run`` knows what belongs to whom, so that whatever a run made can be found and removed.
"""
