"""The kinds of request that are put on the queue: what logs call them, and what counts them."""

from dataclasses import dataclass

from ..model import semconv


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind; the metrics are by the names that `model/semconv.py` explains.

    `id_header`, where there is one, tells a sender's own from each other.
    """

    name: str
    id_header: bytes | None
    received: str
    refused: str
    enqueued: str
    answer_duration: str


DELIVERY = Kind(
    "delivery",
    b"x-github-delivery",
    semconv.RECEIVED,
    semconv.REFUSED,
    semconv.ENQUEUED,
    semconv.ANSWER_DURATION,
)
BATCH = Kind(
    "batch",
    None,
    semconv.SAMPLES_RECEIVED,
    semconv.SAMPLES_REFUSED,
    semconv.SAMPLES_ENQUEUED,
    semconv.SAMPLES_ANSWER_DURATION,
)
