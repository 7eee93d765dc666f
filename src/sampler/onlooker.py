"""A collector in; the same out, but that whatever fails in it is noted, and harms nobody."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Optional

    from ..model.samples import Batch, Host
    from .collector import Collector
    from .own_use import OwnUse
    from .recording import Recording

SAMPLES_A_BATCH = 60


class Onlooker:
    """What looks on while a command runs; `problem` says why it does no longer."""

    def __init__(
        self, build: Callable[[], Collector], recording: Recording, own_use: OwnUse
    ) -> None:
        """`build` makes the collector, or fails; batches go to the other two."""
        self.problem: Optional[str] = None
        self._recording = recording
        self._own_use = own_use
        self._collector: Optional[Collector] = None
        self._try(self._begin, build)

    @property
    def is_on(self) -> bool:
        """Whether there will be another sample."""
        return self.problem is None

    @property
    def host(self) -> Optional[Host]:
        """The machine that it looks at, if it can."""
        return self._collector.host if self._collector else None

    def look(self, missed_ticks: int = 0) -> None:
        """Take a sample; of many, make a batch."""
        if self._collector and self.is_on:
            self._try(self._sample, self._collector, missed_ticks)

    def finish(self, missed_ticks: int = 0) -> None:
        """Take the last sample, and make the last batch, even if only of those before a problem."""
        if self._collector and self.is_on:
            self._try(self._sample_all, self._collector, missed_ticks)
        if self._collector and self._collector.count:
            self._try(self._hand_over_last, self._collector)

    def _begin(self, build: Callable[[], Collector]) -> None:
        self._collector = build()
        self._collector.sample(all_of_them=True)

    def _sample(self, collector: Collector, missed_ticks: int) -> None:
        collector.sample(missed_ticks=missed_ticks)
        if collector.count >= SAMPLES_A_BATCH:
            self._hand_over(collector.batch())

    def _sample_all(self, collector: Collector, missed_ticks: int) -> None:
        collector.sample(missed_ticks=missed_ticks, all_of_them=True)

    def _hand_over_last(self, collector: Collector) -> None:
        self._hand_over(collector.batch(final=True))

    def _hand_over(self, batch: Batch) -> None:
        self._recording.add(batch)
        self._own_use.add(batch)

    def _try(self, what: Callable[..., None], *given: object) -> None:
        try:
            what(*given)
        except Exception as exc:  # noqa: BLE001 -- nothing that fails here may reach the command
            self.problem = self.problem or f"sampling failed: {str(exc) or type(exc).__name__}"
