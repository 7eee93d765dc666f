"""A file with a whole request in, counts of the answers' statuses out: the lean client.

`python -m bench.load PORT CONNECTIONS COUNT < request` sends the same bytes over keep-alive
connections, one request in flight on each, and prints `{"seconds", "statuses"}`. It ends by itself:
after COUNT answers, or after a minute.
"""

import json
import re
import select
import socket
import sys
import time
from collections import Counter

LONGEST_SECONDS = 60.0
RECEIVE_BYTES = 65_536

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_HEAD_END = b"\r\n\r\n"


class Connection:
    """A keep-alive connection with at most one request in flight."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), LONGEST_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = b""

    def read(self) -> bytes | None:
        """The status of the answer that is complete now, or None while it is not."""
        piece = self.socket.recv(RECEIVE_BYTES)
        if not piece:
            raise ConnectionError("the server hung up")
        self._received += piece
        head, end, body = self._received.partition(_HEAD_END)
        length = _LENGTH.search(head)
        if not end or (length and len(body) < int(length[1])):
            return None
        status, self._received = self._received[9:12], b""
        return status


def load(port: int, connections: int, count: int, request: bytes) -> Counter[str]:
    """Send `count` requests; how often each status was answered."""
    statuses: Counter[str] = Counter()
    deadline = time.monotonic() + LONGEST_SECONDS
    epoll, by_number = select.epoll(), {}
    for _ in range(min(connections, count)):
        connection = Connection(port)
        by_number[connection.socket.fileno()] = connection
        epoll.register(connection.socket, select.EPOLLIN)
        connection.socket.sendall(request)
    to_send = count - len(by_number)
    while statuses.total() < count and time.monotonic() < deadline:
        for number, _ in epoll.poll(1):
            if (status := by_number[number].read()) is None:
                continue
            statuses[status.decode()] += 1
            if to_send:
                to_send -= 1
                by_number[number].socket.sendall(request)
    for connection in by_number.values():
        connection.socket.close()
    return statuses


def main() -> None:
    """Load the port on the command line with the request on standard input."""
    port, connections, count = map(int, sys.argv[1:])
    request = sys.stdin.buffer.read()
    started = time.perf_counter()
    statuses = load(port, connections, count, request)
    print(json.dumps({"seconds": time.perf_counter() - started, "statuses": statuses}))


if __name__ == "__main__":
    main()
