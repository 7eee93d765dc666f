from __future__ import annotations

from math import inf, nextafter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.analysis.diagnosis import EVENT, PLAIN, Diagnosis, diagnose
from src.analysis.figures import figures
from src.analysis.rules import RULES, ThresholdError, rules_with, thresholds
from src.analysis.usage import BY_TIME, COMPLETE, MIXED, NONE, PARTIAL, Machine, ProcessUse, Usage
from tests.analysis.used import GIB, HEALTHY, MACHINE, MIB, used

STALLED_BY_DISK = {"stalled_io_percent": 50.0, "disk_utilisation_percent": 70.0}
SLEEPING = {
    "cpu_percent_mean": 1.0,
    "cpu_percent_max": 8.0,
    "cpu_one_core_percent": 0.0,
    "cpu_seconds": 4.8,
    "cpu_throttled_percent": 0.0,
    "disk_utilisation_percent": 1.0,
    "network_received_bytes_per_second": 900.0,
    "network_sent_bytes_per_second": 100.0,
    "top_by_cpu": (),
}
ONE_CORE = {
    "cpu_percent_mean": 25.5,
    "cpu_percent_max": 100.0,
    "cpu_one_core_percent": 96.0,
    "cpu_seconds": 122.0,
    "top_by_cpu": (ProcessUse("python -m pytest", 1, 118.0, GIB, None, None),),
}

ALWAYS_FULL = {
    "disk_free_min_bytes": 90 * MIB,
    "disk_free_min_percent": 1.0,
    "disk_free_fell_bytes": 0,
}

PLANTED = {
    "out_of_memory": {"out_of_memory_kills": 2, "memory_max_bytes": 15.9 * GIB},
    "own_memory_limit": {"out_of_memory_kills": 1, "memory_max_bytes": 4 * GIB},
    "stolen": {"cpu_percent_mean": 55.0, "cpu_stolen_percent": 42.0},
    "crowded_out": {"cpu_percent_mean": 30.0, "stalled_cpu_percent": 40.0},
    "disk_full": {"disk_free_min_bytes": 4096, "disk_free_min_percent": 0.0},
    "throttled": {
        "cpu_throttled_seconds": 180.0,
        "cpu_throttled_percent": 37.5,
        "cpu_percent_mean": 97.0,
    },
    "memory_bound": {"memory_max_bytes": 15.7 * GIB, "memory_mean_bytes": 12 * GIB},
    "io_congestion": {**STALLED_BY_DISK, "disk_queue_depth": 24.0, "disk_await_ms": 60.0},
    "slow_disk": {**STALLED_BY_DISK, "disk_queue_depth": 1.5, "disk_await_ms": 40.0},
    "disk_saturated": {**STALLED_BY_DISK, "disk_utilisation_percent": 99.0},
    "download_heavy": {
        "cpu_percent_mean": 60.0,
        "network_received_bytes": 3 * GIB,
        "network_received_bytes_per_second": 3 * GIB / 120,
    },
    "upload_heavy": {
        "cpu_percent_mean": 60.0,
        "network_sent_bytes": 3 * GIB,
        "network_sent_bytes_per_second": 3 * GIB / 120,
    },
    "cpu_bound": {"cpu_percent_mean": 98.0, "cpu_percent_max": 100.0},
    "single_threaded": ONE_CORE,
    "waiting": SLEEPING,
}


def _sent(received: dict[str, float]) -> dict[str, float]:
    """The same of an upload."""
    return {name.replace("received", "sent"): value for name, value in received.items()}


# Where a second way to see a bottleneck is planted, and nothing of the first.
OTHER_WAYS = {
    "memory_bound.stall": {"stalled_memory_percent": 50.0},
    "slow_disk.stall": {"stalled_io_percent": 60.0},
    "cpu_bound.stall": {"stalled_cpu_percent": 83.0, "cpu_percent_mean": 45.0},
    "download_heavy.slow": {
        "cpu_percent_mean": 5.0,
        "network_received_bytes": 400 * MIB,
        "network_received_bytes_per_second": 3.0 * MIB,
    },
    "download_heavy.rate": {
        "cpu_percent_mean": 20.0,
        "network_received_bytes": 400 * MIB,
        "network_received_bytes_per_second": 10.0 * MIB,
    },
}


OTHER_WAYS["upload_heavy.slow"] = _sent(OTHER_WAYS["download_heavy.slow"])
OTHER_WAYS["upload_heavy.rate"] = _sent(OTHER_WAYS["download_heavy.rate"])

OTHERS_PERCENT = {"crowded_out": 62.0, "waiting": 20.0}
OWN_FIGURES = {"cpu_own_percent", "cpu_own_cores_mean", "disk_own_percent"}
INSIDE = MACHINE._replace(is_container=True)
BUSY = ProcessUse("fio", 1, 90.0, 2 * GIB, 200 * MIB, 400 * MIB, 90.0)
BESIDE_OTHERS = {"alone_percent": 10.0, "top_by_cpu": (BUSY,), "top_by_memory": (BUSY,)}


def rules_found(
    usage: Usage,
    others_percent: float | None = None,
    *,
    machine: Machine = MACHINE,
    **thresholds: float,
) -> list[str]:
    rules = rules_with(thresholds)
    diagnosis = diagnose(usage, machine, rules, cpu_others_percent=others_percent)
    return [finding.rule for finding in diagnosis.findings]


def test_what_is_healthy_has_no_finding():
    assert diagnose(HEALTHY, MACHINE) == Diagnosis((), None)


def test_every_rule_is_planted_here():
    assert PLANTED.keys() == {rule.name for rule in RULES}


@pytest.mark.parametrize("rule", PLANTED)
def test_a_bottleneck_is_found_and_comes_first(rule: str):
    others_percent = OTHERS_PERCENT.get(rule)
    diagnosis = diagnose(used(**PLANTED[rule]), MACHINE, cpu_others_percent=others_percent)
    finding = diagnosis.findings[0]

    assert finding.rule == rule
    assert 0 < finding.strength <= EVENT
    assert finding.advice
    assert "{" not in finding.words
    assert "?" not in finding.words


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("out_of_memory", "out of memory: 2 kills by the kernel, memory at 99 % of 16 GiB"),
        (
            "own_memory_limit",
            "a memory limit of its own: 1 kill by the kernel, though memory was at 25 % of 16 GiB",
        ),
        ("stolen", "robbed of CPU: the host gave others 42 % of the CPU time"),
        ("disk_full", "a full disk: at the least 4 KiB were free"),
        (
            "throttled",
            "throttled: its CPU quota of 4 cores held it back: 3 min of throttling, summed",
        ),
        ("memory_bound", "memory-bound: memory reached 98 % of 16 GiB; first of all java"),
        ("io_congestion", "I/O congestion: 24 operations under way at a time, each waiting 60 ms"),
        ("slow_disk", "a slow disk: an operation takes 40 ms, at 100 operations/s"),
        ("disk_saturated", "a saturated disk: busy 99 % of the time"),
        ("download_heavy", "download-heavy: 3 GiB at 25.6 MiB/s"),
        ("upload_heavy", "upload-heavy: 3 GiB at 25.6 MiB/s"),
        ("cpu_bound", "CPU-bound: 98 % of 4 cores; first of all node"),
        (
            "single_threaded",
            "single-threaded: about one core busy in 96 % of the time, of 4 cores; first of all",
        ),
        (
            "waiting",
            "waiting: it did next to nothing: 0.04 cores of 4 cores, 1000 B/s on the network",
        ),
    ],
)
def test_the_words_have_the_figures(rule: str, words: str):
    assert diagnose(used(**PLANTED[rule]), MACHINE).findings[0].words.startswith(words)


def test_the_evidence_has_names_and_units():
    [finding] = diagnose(used(**PLANTED["slow_disk"]), MACHINE).findings

    assert ("disk_await_ms", 40.0, "ms") in finding.evidence
    assert ("disk_operations_per_second", 100.0, "{operation}/s") in finding.evidence


@pytest.mark.parametrize(
    ("percent", "strength"), [(80.0, 0.0), (90.0, 0.5), (100.0, 1.0), (104.0, 1.0)]
)
def test_strength_is_the_way_from_the_threshold_to_where_it_is_plain(
    percent: float, strength: float
):
    [finding] = diagnose(used(cpu_percent_mean=percent), MACHINE).findings
    assert finding.strength == pytest.approx(strength)


def test_strength_grows_downward_too():
    strengths = [
        diagnose(used(**SLEEPING | {"cpu_percent_mean": p}), MACHINE).findings[0].strength
        for p in (6.0, 3.0, 1.0, 0.0)
    ]
    assert strengths == sorted(strengths)
    assert strengths[0] < strengths[-1] == PLAIN


def test_what_stopped_work_goes_before_what_was_slow():
    usage = used(cpu_percent_mean=100.0, **PLANTED["disk_full"])
    assert rules_found(usage) == ["disk_full", "cpu_bound"]


def test_a_disk_that_was_full_before_may_have_been_why_a_step_failed():
    [finding] = diagnose(used(**ALWAYS_FULL), MACHINE, has_failed=True).findings
    assert finding.rule == "disk_full"


def test_the_strongest_comes_first():
    usage = used(cpu_percent_mean=99.0, memory_max_bytes=14.6 * GIB, memory_mean_bytes=12 * GIB)
    assert rules_found(usage) == ["cpu_bound", "memory_bound"]


@pytest.mark.parametrize(
    ("rule", "its_own"),
    [
        ("throttled", {"cpu_seconds_by_time": 0.0}),
        ("stolen", {"cpu_seconds_by_time": 0.0}),
        ("cpu_bound", {"cpu_seconds_by_time": 0.0, **OTHER_WAYS["cpu_bound.stall"]}),
        ("single_threaded", {"cpu_seconds_by_time": 0.0}),
        ("memory_bound", {"memory_own_max_bytes": 6 * GIB}),
        ("memory_bound", {"memory_own_max_bytes": 6 * GIB, "stalled_memory_percent": 50.0}),
        ("io_congestion", {"top_by_cpu": (BUSY,)}),
        ("slow_disk", {"top_by_cpu": (BUSY,)}),
        ("disk_saturated", {"top_by_cpu": (BUSY,)}),
    ],
)
def test_beside_other_steps_the_machine_s_figures_blame_whose_own_processes_did_the_same(
    rule: str, its_own: dict[str, object]
):
    beside = PLANTED[rule] | its_own | {"alone_percent": 40.0}
    usage = used(**beside)
    others = usage._replace(
        attribution=MIXED,
        cpu_seconds_by_time=0.97 * usage.cpu_seconds,
        memory_own_max_bytes=10 * MIB,
        top_by_cpu=(BUSY._replace(own_cpu_seconds=0.0),),
        top_by_memory=(),
    )

    assert rule in rules_found(usage)
    assert rules_found(others) == []
    assert rule in rules_found(others._replace(alone_percent=60.0, memory_own_max_bytes=6 * GIB))
    [finding] = [f for f in diagnose(usage, MACHINE).findings if f.rule == rule]
    assert finding.words.endswith("; other steps ran at the same time")


def test_beside_other_steps_memory_that_nobody_saw_held_is_not_its_own():
    unseen = {"memory_own_max_bytes": None, "alone_percent": 40.0}
    assert rules_found(used(**PLANTED["memory_bound"] | unseen)) == []


@pytest.mark.parametrize("way", ["received", "sent"])
def test_a_transfer_that_is_just_fast_enough_is_no_waiting(way: str):
    nothing = {f"network_{each}_bytes_per_second": 0.0 for each in ("received", "sent")}
    usage = used(**SLEEPING | nothing | {f"network_{way}_bytes_per_second": 1.0 * MIB})
    assert rules_found(usage) == ["download_heavy" if way == "received" else "upload_heavy"]


@pytest.mark.parametrize("rule", ["download_heavy", "upload_heavy"])
def test_beside_other_steps_the_network_blames_nobody(rule: str):
    assert rules_found(used(**PLANTED[rule], alone_percent=40.0)) == []
    assert rules_found(used(**PLANTED[rule], alone_percent=50.0)) == [rule]


def test_who_is_crowded_out_is_told_by_whom():
    usage = used(**PLANTED["crowded_out"])
    [finding] = diagnose(usage, MACHINE, cpu_others_percent=62.0).findings

    assert finding.words == (
        "short of CPU: others on the machine kept 62 % of 4 cores busy, which left it 1.2 cores"
    )
    assert {each.name for each in finding.evidence} >= {
        *("cpu_others_percent", "cpu_cores_mean", "stalled_cpu_percent")
    }
    assert rules_found(usage) == []


@pytest.mark.parametrize(
    "figures",
    [
        {"cpu_percent_mean": 1.0},
        {"stalled_cpu_percent": 10.0},
        {"cpu_percent_mean": 20.0},
        {"disk_utilisation_percent": 60.0},
    ],
    ids=["idle", "never waits", "cores to spare", "at its own disk"],
)
def test_who_wants_no_more_cpu_is_not_crowded_out(figures: dict[str, object]):
    usage = used(**PLANTED["crowded_out"] | figures)
    assert "crowded_out" not in rules_found(usage, 98.0 if usage.cpu_percent_mean == 1.0 else 62.0)


def test_beside_other_steps_a_disk_that_ran_full_is_told_of_who_failed():
    beside = used(**PLANTED["disk_full"], alone_percent=89.0)
    assert rules_found(beside) == []
    assert rules_found(beside._replace(alone_percent=90.0)) == ["disk_full"]
    [finding] = diagnose(beside, MACHINE, has_failed=True).findings
    assert finding.rule == "disk_full"


def test_a_clause_whose_figure_is_unknown_is_left_out():
    unseen = used(**SLEEPING | {"network_sent_bytes_per_second": None})
    [finding] = diagnose(unseen, MACHINE).findings
    assert finding.words == "waiting: it did next to nothing: 0.04 cores of 4 cores"
    killed = used(out_of_memory_kills=1, memory_max_bytes=None)
    [finding] = diagnose(killed, MACHINE).findings
    assert finding.words == "out of memory: 1 kill by the kernel; first of all java"


def test_a_cause_stands_for_what_follows_from_it():
    assert rules_found(used(**PLANTED["throttled"])) == ["throttled"]
    assert rules_found(used(**PLANTED["out_of_memory"])) == ["out_of_memory"]
    assert rules_found(used(**PLANTED["download_heavy"] | ONE_CORE)) == ["download_heavy"]


def test_of_a_disk_that_is_short_in_every_way_the_queue_is_the_cause():
    usage = used(
        stalled_io_percent=83.0,
        disk_utilisation_percent=100.0,
        disk_queue_depth=30.0,
        disk_await_ms=90.0,
    )
    assert rules_found(usage) == ["io_congestion", "slow_disk", "disk_saturated"]


@pytest.mark.parametrize(
    "false_alarm",
    [
        pytest.param(
            {**STALLED_BY_DISK, "disk_await_ms": 80.0, "disk_operations_per_second": 0.4}, id="few"
        ),
        pytest.param(
            {"disk_utilisation_percent": 99.0, "stalled_io_percent": 0.4}, id="nobody-waited"
        ),
        pytest.param(
            {
                "network_received_bytes": 900 * MIB,
                "seconds": 2000.0,
                "covered_seconds": 2000.0,
                "network_received_bytes_per_second": 0.45 * MIB,
            },
            id="trickle",
        ),
        pytest.param(
            {**ONE_CORE, "cpu_one_core_percent": 70.0}, id="parallel-often-is-no-single-thread"
        ),
        pytest.param(
            {"cpu_percent_mean": 100.0, "seconds": 3.0, "covered_seconds": 3.0}, id="short"
        ),
        pytest.param({**ONE_CORE, "cpu_percent_mean": 15.0}, id="often-waits"),
        pytest.param({**ONE_CORE, "seconds": 13.0, "covered_seconds": 13.0}, id="short-thread"),
        pytest.param({**SLEEPING, "seconds": 12.0, "covered_seconds": 12.0}, id="short-sleep"),
        pytest.param({**SLEEPING, "disk_utilisation_percent": 60.0}, id="disk-is-busy"),
        pytest.param(
            {
                **ONE_CORE,
                "top_by_cpu": (ProcessUse("cc1", 90, 61.0, GIB, None, None, 61.0),),
            },
            id="one-after-another-by-turns",
        ),
        pytest.param({**SLEEPING, "stalled_io_percent": 50.0}, id="io-stalls"),
        pytest.param(
            {"disk_free_min_bytes": 90 * MIB, "disk_free_min_percent": 94.0}, id="small-disk"
        ),
        pytest.param({**ALWAYS_FULL, "disk_free_fell_bytes": MIB}, id="always-full"),
        pytest.param(
            {
                "memory_mean_bytes": 14 * GIB,
                "memory_max_bytes": 15 * GIB,
                "memory_own_max_bytes": GIB // 4,
            },
            id="others-memory",
        ),
        pytest.param(
            {"memory_max_bytes": 15.7 * GIB, "memory_mean_bytes": 2 * GIB}, id="a-neighbour-s-peak"
        ),
    ],
)
def test_no_false_alarm(false_alarm: dict[str, object]):
    assert rules_found(used(**false_alarm)) == []


@pytest.mark.parametrize(
    ("figures", "instead"),
    [
        ({"cpu_throttled_percent": 15.0}, "throttled"),
        ({"network_sent_bytes_per_second": 4.0 * MIB}, "upload_heavy"),
        ({"cpu_stolen_percent": 38.0}, "waiting"),  # of what it does not want, nothing is stolen
    ],
)
def test_who_hardly_works_is_waiting_unless_it_is_held_back(
    figures: dict[str, object], instead: str
):
    assert rules_found(used(**SLEEPING | figures)) == [instead]


def test_memory_that_may_be_a_container_s_is_told():
    usage = used(
        memory_mean_bytes=14 * GIB,
        memory_max_bytes=15 * GIB,
        memory_own_max_bytes=GIB // 4,
        attribution=BY_TIME,
    )
    assert rules_found(usage) == ["memory_bound"]


def test_one_bottleneck_seen_in_two_ways_is_one_finding_the_stronger():
    usage = used(
        memory_max_bytes=14.6 * GIB, memory_mean_bytes=12 * GIB, stalled_memory_percent=50.0
    )
    [finding] = diagnose(usage, MACHINE).findings
    assert finding.words.startswith("memory-bound: stalled for want of memory in 50 %")


def test_of_two_ways_as_plain_the_first_is_told():
    usage = used(memory_max_bytes=16 * GIB, memory_mean_bytes=12 * GIB, stalled_memory_percent=50.0)
    [finding] = diagnose(usage, MACHINE).findings
    assert finding.words.startswith("memory-bound: memory reached 100 %")


def test_a_fast_download_beside_an_idle_machine_is_told_though_small():
    usage = used(
        seconds=40.0,
        covered_seconds=40.0,
        cpu_percent_mean=20.0,
        network_received_bytes=400 * MIB,
        network_received_bytes_per_second=10.0 * MIB,
    )
    assert rules_found(usage) == ["download_heavy"]


@pytest.mark.parametrize("rule", ["io_congestion", "slow_disk", "disk_saturated"])
def test_a_container_is_not_blamed_for_its_host_s_disk(rule: str):
    usage = used(**PLANTED[rule] | {"stalled_io_percent": 8.0})
    assert diagnose(usage, INSIDE).findings == ()


def test_a_pod_that_sleeps_is_waiting_however_busy_its_host_is():
    [finding] = diagnose(used(**SLEEPING | {"disk_utilisation_percent": 95.0}), INSIDE).findings
    assert finding.rule == "waiting"


def test_a_pod_that_waits_for_its_disk_is_told_so_by_its_own_stalls():
    stalled = {"stalled_io_percent": 70.0, "disk_utilisation_percent": 95.0}
    [finding] = diagnose(used(**SLEEPING | stalled), INSIDE).findings
    assert (finding.rule, finding.words) == (
        "slow_disk",
        "a slow disk: something waited for it in 70 % of the time",
    )


def test_who_may_have_waited_for_a_disk_that_nobody_saw_is_not_called_waiting():
    unseen = used(**SLEEPING | {"stalled_io_percent": None})
    assert diagnose(unseen, INSIDE).findings == ()
    assert rules_found(unseen) == ["waiting"]  # a machine of one's own shows its disks


@pytest.mark.parametrize(
    ("seconds", "mib_per_second"), [(45.0, 4.0), (480.0, 1.5), (30.0, 1.0), (45.0, 9.0)]
)
def test_who_only_downloads_is_download_heavy_however_slowly(seconds: float, mib_per_second: float):
    received = {
        "network_received_bytes": round(seconds * mib_per_second * MIB),
        "network_received_bytes_per_second": mib_per_second * MIB,
    }
    usage = used(**SLEEPING | received, seconds=seconds, covered_seconds=seconds)
    assert rules_found(usage) == ["download_heavy"]


def test_with_all_cores_at_work_a_download_is_beside_the_point():
    assert rules_found(used(**PLANTED["download_heavy"] | {"cpu_percent_mean": 90.0})) == [
        "cpu_bound"
    ]


def test_who_shares_a_machine_that_is_full_is_short_of_cores_too():
    beside_others = {"stalled_cpu_percent": 92.0, "cpu_percent_mean": 48.0}
    [finding] = diagnose(used(**beside_others), MACHINE).findings
    assert finding.rule == "cpu_bound"
    assert "waited for a core in 92 % of the time, beside others, with 48 %" in finding.words
    assert rules_found(used(**beside_others | {"cpu_percent_mean": 6.0})) == []


def test_memory_goes_before_a_single_thread():
    short = {"memory_max_bytes": 15.2 * GIB, "memory_mean_bytes": 12 * GIB}
    usage = used(**ONE_CORE | short | {"cpu_percent_mean": 30.0})
    assert rules_found(usage) == ["memory_bound", "single_threaded"]


def test_a_machine_with_few_cores_is_not_called_single_threaded():
    two_cores = MACHINE._replace(cores_allowed=2.0)
    usage = used(**ONE_CORE | {"cpu_percent_mean": 51.0, "cpu_percent_max": 60.0})
    assert diagnose(usage, two_cores).findings == ()


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ({"samples": NONE, "covered_seconds": 0.0}, "nothing was seen of it"),
        ({"seconds": 3.0, "covered_seconds": 3.0}, "under 10 s"),
        (
            {"seconds": 12.0, "covered_seconds": 1.0, "samples": PARTIAL},
            "too little was seen: 1 s of 12 s",
        ),
        (
            {"seconds": 3600.0, "covered_seconds": 300.0, "samples": PARTIAL},
            "too little was seen: 5 min of 1 h",
        ),
        ({"seconds": None, "covered_seconds": 2.0}, "too little was seen: 2 s"),
    ],
)
def test_what_was_hardly_seen_is_said_not_judged(figures: dict[str, object], said: str):
    diagnosis = diagnose(used(cpu_percent_mean=100.0, **figures), MACHINE)
    assert diagnosis == Diagnosis((), said)


def test_what_happened_is_told_however_little_was_seen():
    usage = used(seconds=3.0, covered_seconds=3.0, **PLANTED["out_of_memory"])
    diagnosis = diagnose(usage, MACHINE)
    assert [finding.rule for finding in diagnosis.findings] == ["out_of_memory"]
    assert diagnosis.unjudged


def test_where_nothing_is_known_nothing_is_found():
    assert diagnose(Usage(seconds=60.0, covered_seconds=60.0, samples=PARTIAL), None) == Diagnosis()


def test_each_threshold_can_be_moved():
    assert rules_found(used(cpu_percent_mean=85.0)) == ["cpu_bound"]
    assert rules_found(used(cpu_percent_mean=85.0), cpu_bound=90.0) == []
    few = used(**PLANTED["slow_disk"], disk_operations_per_second=1.0)
    assert rules_found(few) == []
    assert rules_found(few, **{"slow_disk.disk_operations_per_second": 0.5}) == ["slow_disk"]


@pytest.mark.parametrize(
    ("rule", "threshold"),
    [("slow_disk", 20.0), ("slow_disk", 30.0), ("waiting", 0.05), ("waiting", 0.045)],
)
def test_at_what_is_plain_and_beyond_there_is_no_doubt(rule: str, threshold: float):
    moved = rules_with({rule: threshold})
    [finding] = diagnose(used(**PLANTED[rule]), MACHINE, moved).findings
    assert (finding.rule, finding.strength) == (rule, PLAIN)


def test_an_unknown_threshold_is_refused_with_the_known_ones():
    with pytest.raises(ThresholdError, match="no such threshold: lunch; there are out_of_memory"):
        rules_with({"lunch": 1.0})


def test_thresholds_have_names_of_their_own():
    assert len(thresholds()) == sum(len(rule.thresholds()) for rule in RULES)
    assert thresholds()["disk_saturated"].threshold == 80
    assert thresholds()["download_heavy.rate"].figure == "network_received_bytes_per_second"


@pytest.mark.parametrize("name", thresholds())
def test_each_limit_is_needed(name: str):
    """Moved just past the figure, it stops its rule."""
    rule, *rest = name.split(".")
    way = f"{rule}.{rest[0]}" if rest else ""
    limit = thresholds()[name]
    beside = BESIDE_OTHERS if limit.figure in OWN_FIGURES else {}
    usage = used(**{**(OTHER_WAYS.get(way) or PLANTED[rule]), **beside})
    others_percent = OTHERS_PERCENT.get(rule)
    machine = INSIDE if way == "slow_disk.stall" else MACHINE
    value = figures(usage, machine, others_percent)[limit.figure]
    assert rule in rules_found(usage, others_percent, machine=machine)
    assert value is not None
    past = nextafter(value, -inf if limit.at_most else inf)
    assert rule not in rules_found(usage, others_percent, machine=machine, **{name: past})


AMOUNTS = st.none() | st.sampled_from([0, 1, 30, 95, 1e3, 1e9, 1e12]) | st.floats(0, 1e13)
USAGES = st.builds(
    Usage,
    samples=st.sampled_from([NONE, PARTIAL, COMPLETE]),
    covered_seconds=st.floats(0, 1e6),
    top_by_cpu=st.sampled_from([(), HEALTHY.top_by_cpu]),
    top_by_memory=st.sampled_from([(), HEALTHY.top_by_memory]),
    **{
        name: AMOUNTS
        for name in Usage._fields
        if name.startswith(
            ("alone", "cpu", "memory", "disk", "network", "stalled", "seconds", "out_of")
        )
    },
)


@given(usage=USAGES, machine=st.sampled_from([None, MACHINE, MACHINE._replace(is_container=True)]))
def test_whatever_was_used_findings_are_in_order_once_and_said_whole(
    usage: Usage, machine: Machine | None
):
    findings = diagnose(usage, machine).findings
    strengths = [finding.strength for finding in findings]

    assert strengths == sorted(strengths, reverse=True)
    assert len({finding.rule for finding in findings}) == len(findings)
    for finding in findings:
        assert 0 <= finding.strength <= EVENT
        assert "{" not in finding.words
        assert finding.evidence


@pytest.mark.parametrize(
    ("seconds", "seen"), [(10.0, 10.0), (10.0, 9.3), (12.0, 6.0), (100.0, 50.0), (None, 10.0)]
)
def test_what_is_just_long_and_seen_enough_is_judged(seconds: float | None, seen: float):
    usage = used(cpu_percent_mean=100.0, seconds=seconds, covered_seconds=seen)
    diagnosis = diagnose(usage, MACHINE)
    assert diagnosis.unjudged is None
    assert [finding.rule for finding in diagnosis.findings] == ["cpu_bound"]
