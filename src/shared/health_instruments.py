"""A service's health in, OpenTelemetry's instruments out: who reads those reads the totals."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from opentelemetry.metrics import CallbackOptions, Meter, Observation

from ..model.semconv import COUNTER, GAUGE, HISTOGRAM, METRIC_BY_NAME, METRICS, Metric
from .health import Health

_Callback = Callable[[CallbackOptions], Iterable[Observation]]


def register(health: Health, meter: Meter) -> None:
    """Make every metric of the table known to the meter, fed by this health."""
    histograms = {}
    for metric in METRICS:
        name, unit, meaning = metric.name, metric.unit, metric.meaning
        if metric.kind == COUNTER:
            meter.create_observable_counter(name, [_totals(health, metric)], unit, meaning)
        elif metric.kind == GAUGE:
            meter.create_observable_gauge(name, [_level(health, metric)], unit, meaning)
        elif metric.kind == HISTOGRAM:
            histograms[name] = meter.create_histogram(name, unit, meaning)

    def record(name: str, seconds: float, value: str) -> None:
        histograms[name].record(seconds, _attributes(METRIC_BY_NAME[name], value))

    health.listeners.append(record)


def _attributes(metric: Metric, value: str) -> dict[str, str] | None:
    return {metric.by: value} if metric.by else None


def _totals(health: Health, metric: Metric) -> _Callback:
    def observe(_: CallbackOptions) -> list[Observation]:
        return [
            Observation(total, _attributes(metric, value))
            for (name, value), total in list(health.counts.items())
            if name == metric.name
        ]

    return observe


def _level(health: Health, metric: Metric) -> _Callback:
    def observe(_: CallbackOptions) -> list[Observation]:
        levels = health.levels(datetime.now(UTC))
        return [Observation(levels[metric.name])] if metric.name in levels else []

    return observe
