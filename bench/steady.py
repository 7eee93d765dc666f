"""A whole request in; statuses and latencies at a steady rate out: the open-loop client.

`python -m bench.steady PORT RATE SECONDS < request` sends the same bytes so many times a second,
whether or not the earlier ones are answered, and prints `{"seconds", "statuses", "latencies"}`:
the last in seconds, each from the moment when its request was due. A client that waited for its
answers would not see what its own patience hides.
"""

import json
import select
import sys
import time
from collections import Counter

from .load import Connection

LONGEST_SECONDS = 30.0
MOST_CONNECTIONS = 512


class Steady:
    """Requests that are due, on as many keep-alive connections as that takes."""

    def __init__(self, port: int, request: bytes) -> None:
        self.statuses: Counter[str] = Counter()
        self.latencies: list[float] = []
        self._port = port
        self._request = request
        self._epoll = select.epoll()
        self._all: dict[int, Connection] = {}
        self._free: list[int] = []
        self._due: dict[int, float] = {}

    def run(self, rate: float, seconds: float) -> float:
        """Send for so long, then wait for the answers; how long all of it took."""
        total = int(rate * seconds)
        began = time.perf_counter()
        sent = 0
        while self.statuses.total() < total:
            now = time.perf_counter()
            if now - began > LONGEST_SECONDS:
                break
            while sent < total and began + sent / rate <= now and self._send(began + sent / rate):
                sent += 1
            wait = began + sent / rate - time.perf_counter() if sent < total else 1.0
            self._read(max(0.0, wait))
        return time.perf_counter() - began

    def _send(self, due: float) -> bool:
        """Send one on a free connection; False where there is none."""
        if not self._free:
            if len(self._all) == MOST_CONNECTIONS:
                return False
            connection = Connection(self._port)
            number = connection.socket.fileno()
            self._all[number] = connection
            self._epoll.register(connection.socket, select.EPOLLIN)
            self._free.append(number)
        number = self._free.pop()
        self._due[number] = due
        self._all[number].socket.sendall(self._request)
        return True

    def _read(self, seconds: float) -> None:
        for number, _ in self._epoll.poll(seconds):
            if (status := self._all[number].read()) is not None:
                self.statuses[status.decode()] += 1
                self.latencies.append(time.perf_counter() - self._due.pop(number))
                self._free.append(number)


def main() -> None:
    """Load the port on the command line with the request on standard input."""
    port, rate, seconds = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    steady = Steady(port, sys.stdin.buffer.read())
    took = steady.run(rate, seconds)
    said = {"seconds": took, "statuses": steady.statuses, "latencies": steady.latencies}
    print(json.dumps(said))


if __name__ == "__main__":
    main()
