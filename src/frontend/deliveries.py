"""POST /webhook: a request in, the verdict on GitHub's delivery out."""

from collections.abc import Sequence
from datetime import UTC, datetime

from starlette.types import Receive

from .body import Bodies
from .headers import Headers
from .verdict import Verdict
from .webhook import MAX_BODY_BYTES, judge, refuse_early


class DeliveryJudge:
    """Knows GitHub's deliveries; no secrets means that unsigned ones are taken."""

    def __init__(self, secrets: Sequence[bytes], bodies: Bodies) -> None:
        self._secrets = secrets
        self._bodies = bodies

    def refuse_early(self, headers: Headers) -> Verdict | None:
        """What can be refused by the headers alone."""
        return refuse_early(headers, self._secrets)

    async def judge(self, headers: Headers, receive: Receive) -> Verdict:
        """The verdict on all of it."""
        body = await self._bodies.read(receive, MAX_BODY_BYTES)
        if isinstance(body, Verdict):
            return body
        return judge(headers, body, self._secrets, datetime.now(UTC))
