"""Deliveries and samples in, each acknowledged out: posted again until there is a 202."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.client import HTTPConnection, HTTPException
from itertools import count
from queue import SimpleQueue
from urllib.parse import urlsplit

from src.cli.deliver import TIMEOUT_SECONDS, Post, Target
from src.model.sending import KEY_HEADER, PATH, SIGNATURE_HEADER, TIME_HEADER, signature
from src.shared.github_signature import sign
from src.simulate.deliveries import Delivery
from src.simulate.pushes import Push

SENDERS = 8
LONGEST_PATIENCE_SECONDS = 180.0
# Retry-After says 10 s; whoever is less patient disturbs more, and waits less for a test.
MOST_WAITED_SECONDS = 0.5
HUNG_UP = "hung up"
WAITING = b'{"action":"waiting"'
ALLOWED = {"202", "503", HUNG_UP}
LOOKS_EVERY = 50  # deliveries
LOOK_AGAIN_SECONDS = 0.1


class Sender:
    """Posts to a webhook over a few connections; `answers` counts what was answered.

    Never more a second than it is told to, and fewer while `is_behind` says that too much waits.
    """

    def __init__(
        self, target: Target, per_second: float, is_behind: Callable[[], bool] = lambda: False
    ) -> None:
        self.answers: Counter[str] = Counter()
        self._target = target
        self._per_second = per_second
        self._is_behind = is_behind
        self._host = urlsplit(target.url).netloc
        self._idle = SimpleQueue[HTTPConnection]()

    def send(self, deliveries: Sequence[Post]) -> None:
        """Return when each of them was answered 202."""
        for _ in range(SENDERS):
            self._idle.put(HTTPConnection(self._host, timeout=TIMEOUT_SECONDS))
        insist, numbers = partial(self._insist, time.monotonic()), count()
        try:
            with ThreadPoolExecutor(SENDERS) as pool:
                for together in _in_any_order(deliveries):
                    list(pool.map(insist, numbers, together))
        finally:
            while not self._idle.empty():
                self._idle.get().close()

    def _insist(self, started: float, number: int, delivery: Post) -> None:
        time.sleep(max(0.0, started + number / self._per_second - time.monotonic()))
        while number % LOOKS_EVERY == 0 and self._is_behind():
            time.sleep(LOOK_AGAIN_SECONDS)
        deadline = time.monotonic() + LONGEST_PATIENCE_SECONDS
        while (answer := self._try(delivery)) != "202":
            assert answer in ALLOWED, answer
            assert time.monotonic() < deadline, f"never taken, at last: {answer}"
            time.sleep(MOST_WAITED_SECONDS)

    def _try(self, delivery: Post) -> str:
        connection = self._idle.get()
        try:
            answer = self._post(delivery, connection)
        except (OSError, HTTPException):
            connection.close()  # and opened again by the next request
            answer = HUNG_UP
        finally:
            self._idle.put(connection)
        self.answers[answer] += 1
        return answer

    def _post(self, delivery: Post, connection: HTTPConnection) -> str:
        is_push = isinstance(delivery, Push)
        headers = self._pushing(delivery) if is_push else self._delivering(delivery)
        path = PATH if is_push else "/webhook"
        connection.request("POST", path, delivery.body, headers)
        response = connection.getresponse()
        response.read()
        return str(response.status)

    def _delivering(self, delivery: Delivery) -> dict[str, str]:
        return {
            "Content-Type": "application/json",
            "X-GitHub-Event": delivery.event,
            "X-GitHub-Delivery": delivery.delivery_id,
            "X-Hub-Signature-256": sign(delivery.body, self._target.secret).decode(),
        }

    def _pushing(self, push: Push) -> dict[str, str]:
        key, time_ms = self._target.keys[push.repository_id], str(time.time_ns() // 1_000_000)
        return {
            "Content-Type": "application/json",
            "Content-Encoding": "gzip",
            KEY_HEADER: str(push.repository_id),
            TIME_HEADER: time_ms,
            SIGNATURE_HEADER: signature(key, time_ms, push.body),
        }


def _in_any_order(deliveries: Iterable[Post]) -> Iterator[list[Post]]:
    """What may overtake each other; only arrivals tell whether a job waits or is queued again."""
    together: list[Post] = []
    for delivery in deliveries:
        if delivery.body.startswith(WAITING):
            yield together
            together = []
        together.append(delivery)
    yield together
