import pytest

from src.analysis.rules import thresholds
from src.cli.analyse_thresholds import BadThresholdError, parse_threshold

GIB, MIB = 1 << 30, 1 << 20


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("cpu_bound=95", "cpu_bound", 95),
        ("cpu_bound=95 %", "cpu_bound", 95),
        ("disk_full=1GiB", "disk_full", GIB),
        ("disk_full=1.5 gib", "disk_full", 1.5 * GIB),
        ("disk_full=1000", "disk_full", 1000),
        ("disk_full=2GB", "disk_full", 2e9),
        ("download_heavy.rate=8MiB/s", "download_heavy.rate", 8 * MIB),
        ("download_heavy.rate=8MiB", "download_heavy.rate", 8 * MIB),
        ("waiting.covered_seconds=2min", "waiting.covered_seconds", 120),
        ("slow_disk=20ms", "slow_disk", 20),
        ("slow_disk=1s", "slow_disk", 1000),
        ("io_congestion=0.5", "io_congestion", 0.5),
        ("waiting.disk_wait_percent=0.5", "waiting.disk_wait_percent", 0.5),
    ],
)
def test_a_number_may_have_its_unit(text: str, name: str, value: float):
    assert parse_threshold(text) == (name, value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("cpu_bound", "'cpu_bound' is not NAME=VALUE"),
        ("cpu_bound=", "'cpu_bound=' is not NAME=VALUE"),
        ("cpu_bound=high", "'cpu_bound=high' is not a number of percent"),
        ("cpu_bound=nan", "'cpu_bound=nan' is not a number of percent"),
        ("cpu_bound=1e999", "'cpu_bound=1e999' is not a number of percent"),
        ("cpu_bound=90GiB", "'cpu_bound=90GiB' is not a number of percent"),
        ("disk_full=5%", "'disk_full=5%' is not a number of bytes"),
        ("cpu_bound=-5", "'cpu_bound=-5' is below zero"),
        ("disk_full=-1GiB", "'disk_full=-1GiB' is below zero"),
        ("cpu_bound=500", "'cpu_bound=500' is over 100 %"),
        ("cpu_bound=0.8", "'cpu_bound=0.8' is under 1 %; did you mean 80?"),
        ("cpu_bond=90", "there is no threshold 'cpu_bond'; did you mean cpu_bound"),
        ("lunch=1", "there is no threshold 'lunch'; docs/telemetry.md lists them"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(text: str, said: str):
    with pytest.raises(BadThresholdError) as refused:
        parse_threshold(text)
    assert str(refused.value).startswith(said)


@pytest.mark.parametrize("name", thresholds())
def test_each_threshold_may_be_given_as_it_is(name: str):
    limit = thresholds()[name]
    assert parse_threshold(f"{name}={limit.threshold}") == (name, limit.threshold)
