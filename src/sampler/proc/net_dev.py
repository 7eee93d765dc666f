"""/proc/net/dev to bytes received and sent by the interfaces that lead out.

https://man7.org/linux/man-pages/man5/proc_pid_net.5.html
"""

from __future__ import annotations

from .fields import whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

# What passes one of these stays on the machine, or passes one that leads out as well.
_INNER = (b"veth", b"docker", b"br-", b"virbr", b"cni", b"flannel")
_SENT, _LEAST_COLUMNS = 8, 16


def parse_network_bytes(text: bytes) -> Optional[tuple[int, int]]:
    """The sums since boot; None where no interface is told of, not even one that leads nowhere."""
    received_bytes = sent_bytes = seen = 0
    for line in text.split(b"\n"):
        name, colon, rest = line.partition(b":")
        columns = rest.split()
        if not colon or len(columns) < _LEAST_COLUMNS:
            continue
        received, sent = whole(columns[0]), whole(columns[_SENT])
        if received is None or sent is None:
            continue
        seen += 1
        if leads_out(name.strip()):
            received_bytes += received
            sent_bytes += sent
    return (received_bytes, sent_bytes) if seen else None


def leads_out(interface: bytes) -> bool:
    """Whether what passes it leaves the machine (of a container: the container)."""
    return interface != b"lo" and not interface.startswith(_INNER)
