"""A mounted /proc in; what no sample tells of the machine, as it is now, out."""

from __future__ import annotations

import os

from .files import read_text
from .formats.build_session import Surroundings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

_ESTABLISHED = b"01"  # TCP_ESTABLISHED in include/net/tcp_states.h
_STATE, _LEAST = 3, 4
_ANYWHERE = b"00000000"


def surroundings(proc: str) -> Surroundings:
    """What can be read of it."""
    told = os.uname()
    return Surroundings(
        hostname=told.nodename,
        os_info=f"{told.sysname} {told.release} {told.version}",
        interface=parse_default_interface(read_text(f"{proc}/net/route")),
        connection_count=_connections(proc),
    )


def parse_default_interface(route: bytes) -> Optional[str]:
    """/proc/net/route to the interface of the default route; None without one.

    https://man7.org/linux/man-pages/man5/proc_pid_net.5.html
    """
    for line in route.split(b"\n")[1:]:
        columns = line.split()
        if columns[1:2] == [_ANYWHERE]:
            return columns[0].decode("utf-8", "replace")
    return None


def parse_established(tcp: bytes) -> int:
    """/proc/net/tcp to how many connections there are."""
    rows = (line.split(None, _LEAST) for line in tcp.split(b"\n")[1:])
    return sum(row[_STATE : _STATE + 1] == [_ESTABLISHED] for row in rows)


def _connections(proc: str) -> Optional[int]:
    found = [read_text(f"{proc}/net/{name}") for name in ("tcp", "tcp6")]
    return sum(map(parse_established, found)) if any(found) else None
