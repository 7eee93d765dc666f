"""Batches of samples and minutes in; a row for each host metric in each minute out. Pure.

A minute may be told before all its batches are there, and again when a late one comes: under the
same `record_id`, of more samples. Who reads takes the row of most samples.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ..model.host_metrics import MOUNT_POINT
from ..model.ids import point_record_id
from ..model.samples import Batch
from ..model.times import format_time
from .host_figures import MINUTE_MS, Told, host_figures
from .host_samples import samples_of
from .sinks.base import MetricRow, Properties

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NO_TIME_MS = 95_617_584_000_000  # the year 5000: what lies beyond is no time


@dataclass(frozen=True, slots=True)
class HostIdentity:
    """Whose machine it was; None where unknown."""

    host: str
    repository_id: int
    repository_full_name: str | None
    workflow_run_id: int
    job_id: int | None
    runner_name: str | None

    @property
    def role(self) -> str:
        """The repository, by its number until its name is known."""
        return self.repository_full_name or f"{self.host}/repositories/{self.repository_id}"

    @property
    def properties(self) -> Properties:
        """What is known, by the table of names; a job's id is of one attempt."""
        told = {
            "host": self.host,
            "workflow_run_id": self.workflow_run_id,
            "job_id": self.job_id,
            "runner_name": self.runner_name,
        }
        return {name: str(value) for name, value in told.items() if value is not None}


def host_points(
    batches: Iterable[Batch],
    starts_ms: Collection[int],
    who: HostIdentity,
    *,
    skew_ms: int,
    oldest: datetime,
    now: datetime,
) -> list[MetricRow]:
    """What batches say of the minutes that begin then, by their sampler's clock (epoch).

    `skew_ms` is how far that is behind ours. Rows begin no earlier than `oldest`, and end by `now`.
    """
    spans = {start_ms: _span(start_ms + skew_ms, oldest, now) for start_ms in starts_ms}
    return [
        _row(told, samples.sampler, who, spans[told.start_ms])
        for samples in samples_of(batches)
        for told in host_figures(samples, spans)
    ]


@dataclass(frozen=True, slots=True)
class _Span:
    """A minute as it is told; where it was moved, `properties` say so, and when it was."""

    started_at: datetime
    ended_at: datetime
    properties: Properties


def _span(true_ms: int, oldest: datetime, now: datetime) -> _Span:
    now_ms = _milliseconds(now)
    told_ms = min(max(true_ms, _milliseconds(oldest)), now_ms)
    moved: Properties = {}
    if told_ms != true_ms:
        moved["time_shifted"] = "true"
        if 0 <= true_ms < _NO_TIME_MS:
            moved["started_at"] = format_time(_moment(true_ms))
    return _Span(_moment(told_ms), _moment(min(told_ms + MINUTE_MS, now_ms)), moved)


def _row(told: Told, sampler: str, who: HostIdentity, minute: _Span) -> MetricRow:
    metric, figure = told.metric, told.figure
    parts = {metric.part: metric.value} if metric.part else {}
    if told.mount_point:
        parts[MOUNT_POINT] = told.mount_point
    return MetricRow(
        name=metric.name,
        unit=metric.unit,
        started_at=minute.started_at,
        ended_at=minute.ended_at,
        count=figure.count,
        sum=figure.sum,
        min=figure.min,
        max=figure.max,
        record_id=point_record_id(
            who.host, who.workflow_run_id, sampler, metric.key, told.start_ms
        ),
        role=who.role,
        properties={**who.properties, **parts, **minute.properties},
    )


def _milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def _moment(milliseconds: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=milliseconds)
