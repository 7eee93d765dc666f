"""A whole delivery in, counts of what batches were answered and the delivery's waits out.

`python -m bench.flood_client PORT REPOSITORY COUNT < delivery` sends so many batches of one sample,
each unlike the others, over keep-alive connections with one request in flight on each; the
delivery goes out after every so many batches, on a connection of its own. Prints `{"seconds",
"statuses", "delivered", "latencies"}`, the last in seconds.
"""

import json
import select
import sys
import time
from collections import Counter
from collections.abc import Iterator

from src.model.batches import encode
from src.model.samples import CPU_USER, Batch, Host
from src.model.sending import KEY_HEADER, PATH, SIGNATURE_HEADER, TIME_HEADER, signature

from .load import Connection
from .push import KEY

CONNECTIONS = 16
DELIVERY_EACH = 1_000  # batches
_HOST = Host(cpus=2, memory_total_kb=1 << 20)


class Flood:
    """Batches of one job, and a delivery now and then."""

    def __init__(self, port: int, repository: str, delivery: bytes) -> None:
        self.statuses: Counter[str] = Counter()
        self.delivered = 0
        self.latencies: list[float] = []
        self._repository = repository
        self._delivery = delivery
        self._delivered_at: float | None = None
        self._began_ms = round(time.time() * 1000)
        self._epoll = select.epoll()
        self._beside = Connection(port)
        self._senders = [Connection(port) for _ in range(CONNECTIONS)]
        self._all = {each.socket.fileno(): each for each in (self._beside, *self._senders)}
        for number in self._all:
            self._epoll.register(number, select.EPOLLIN)

    def run(self, count: int) -> float:
        """Send so many batches; how many seconds all of it took."""
        began = time.perf_counter()
        requests = map(self._request, range(count))
        for connection, request in zip(self._senders, requests, strict=False):
            connection.socket.sendall(request)
        while self.statuses.total() < count:
            self._deliver_if_due()
            for number, _ in self._epoll.poll(1):
                self._read(self._all[number], requests)
        return time.perf_counter() - began

    def _deliver_if_due(self) -> None:
        is_due = self.statuses.total() >= len(self.latencies) * DELIVERY_EACH
        if is_due and self._delivered_at is None:
            self._delivered_at = time.perf_counter()
            self._beside.socket.sendall(self._delivery)

    def _read(self, connection: Connection, requests: Iterator[bytes]) -> None:
        """What is answered there; what was a batch's is followed by the next one."""
        status = connection.read()
        if status is None:
            return
        if connection is self._beside and self._delivered_at is not None:
            self.delivered += status == b"202"
            self.latencies.append(time.perf_counter() - self._delivered_at)
            self._delivered_at = None
            return
        self.statuses[status.decode()] += 1
        if request := next(requests, None):
            connection.socket.sendall(request)

    def _request(self, number: int) -> bytes:
        body = encode(
            Batch(
                sampler="f100d",
                sequence=number,
                host=_HOST,
                time_ms=[self._began_ms + number],
                uptime_ms=[number],
                job={"run_id": 1, "run_attempt": 1, "job_id": 1},
                columns={CPU_USER: [number]},
            )
        )
        time_ms = str(round(time.time() * 1000))
        head = "\r\n".join(
            (
                f"POST {PATH} HTTP/1.1",
                "host: x",
                "content-type: application/json",
                f"content-length: {len(body)}",
                f"{KEY_HEADER}: {self._repository}",
                f"{TIME_HEADER}: {time_ms}",
                f"{SIGNATURE_HEADER}: {signature(KEY.encode(), time_ms, body)}",
                "\r\n",
            )
        )
        return head.encode() + body


def main() -> None:
    """Flood the port on the command line, with the delivery on standard input."""
    port, repository, count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    flood = Flood(port, repository, sys.stdin.buffer.read())
    seconds = flood.run(count)
    said = {"delivered": flood.delivered, "latencies": flood.latencies}
    print(json.dumps({"seconds": seconds, "statuses": flood.statuses, **said}))


if __name__ == "__main__":
    main()
