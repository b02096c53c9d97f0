# Copyright (c) 2026, the hotstandby.vrrp authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failures in virtual time: the protocol's own state machine on machines, a segment and a kernel that are made up.

Pure like the protocol: no clock, socket, file or thread. What is random comes from ``random.Random(seed)``, so a seed
is a test.
"""
