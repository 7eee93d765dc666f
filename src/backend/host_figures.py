"""A sampler's samples and minutes in; what each host metric was within each minute out. Pure.

What a sample says depends on itself and the sample before it, and on nothing else. So whatever
batches are still missing, a figure of more samples is nearer the truth than one of fewer, and all
batches make the same figures in whatever order they came.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from math import fsum

from ..model import host_metrics as names
from ..model.host_metrics import HostMetric
from .host_looks import ByPlace, HostLooks
from .host_samples import Samples

MINUTE_MS = 60_000

_SHARE = "1"
_SHARE_DIGITS = 4  # rows are paid for by the byte


@dataclass(frozen=True, slots=True)
class Figure:
    """How many samples knew it, and their sum, least and most."""

    count: int
    sum: float
    min: float
    max: float


@dataclass(frozen=True, slots=True)
class Told:
    """A metric's figure in a minute; `mount_point` is of the filesystem it is about, else empty."""

    start_ms: int
    metric: HostMetric
    figure: Figure
    mount_point: str


def minute_of(time_ms: int) -> int:
    """When the minute began that the time is in."""
    return time_ms // MINUTE_MS * MINUTE_MS


def host_figures(samples: Samples, starts_ms: Collection[int]) -> Iterator[Told]:
    """What is known of the minutes that begin then, by the sampler's own clock."""
    looks = HostLooks(samples)
    levels = _levels(looks)
    for start_ms, places in sorted(_places(samples, starts_ms).items()):
        for metric, values in levels.items():
            figure = _figure(metric, values, places)
            if figure and metric is names.CPU_UTILIZATION:
                figure = _weighted(figure, looks, values, places)
            if figure:
                yield Told(start_ms, metric, figure, _mount_point(metric, looks, places))


def _levels(looks: HostLooks) -> dict[HostMetric, ByPlace]:
    return {
        names.CPU_UTILIZATION: looks.cpu_shares,
        names.MEMORY_USAGE: looks.memory_bytes,
        names.MEMORY_UTILIZATION: looks.memory_shares,
        names.DISK_READ: looks.disk_read_bytes,
        names.DISK_WRITTEN: looks.disk_written_bytes,
        names.NETWORK_RECEIVED: looks.network_received_bytes,
        names.NETWORK_SENT: looks.network_sent_bytes,
        names.FILESYSTEM_UTILIZATION: looks.fullest_shares,
    }


def _places(samples: Samples, starts_ms: Collection[int]) -> dict[int, list[int]]:
    """The samples of each minute. A sample is where its clock was, whatever other batches say."""
    wanted = frozenset(starts_ms)
    places = defaultdict[int, list[int]](list)
    for place, time_ms in enumerate(samples.times_ms):
        if minute_of(time_ms) in wanted:
            places[minute_of(time_ms)].append(place)
    return places


def _figure(metric: HostMetric, values: ByPlace, places: Sequence[int]) -> Figure | None:
    within = [values[place] for place in places if place in values]
    if not within:
        return None
    figure = Figure(len(within), fsum(within), min(within), max(within))
    return _rounded(figure) if metric.unit == _SHARE else figure


def _weighted(figure: Figure, looks: HostLooks, values: ByPlace, places: Sequence[int]) -> Figure:
    """So that its mean is that of the time, not of the samples: some stand for more of it."""
    weights = [(looks.cpu_room_us[place], values[place]) for place in places if place in values]
    mean = fsum(room * share for room, share in weights) / fsum(room for room, _ in weights)
    return _rounded(replace(figure, sum=mean * figure.count))


def _mount_point(metric: HostMetric, looks: HostLooks, places: Sequence[int]) -> str:
    """Of the filesystem that was the fullest of all within the minute."""
    if metric is not names.FILESYSTEM_UTILIZATION:
        return ""
    known = [place for place in places if place in looks.fullest_shares]
    return looks.fullest_mounts[max(known, key=looks.fullest_shares.__getitem__)]


def _rounded(figure: Figure) -> Figure:
    total, least, most = (round(x, _SHARE_DIGITS) for x in (figure.sum, figure.min, figure.max))
    return Figure(figure.count, total, least, most)
