from __future__ import annotations

import pytest

from src.analysis.figures import OF_THE_HOST, UNITS, figures
from src.analysis.rules import RULES
from src.analysis.usage import BY_TIME, MIXED, ProcessUse, Usage
from tests.analysis.used import GIB, HEALTHY, MACHINE, MIB, used


def test_every_figure_that_a_rule_judges_by_or_shows_is_known():
    named = {limit.figure for rule in RULES for limit in rule.limits}
    named |= {name for rule in RULES for name in rule.shown}

    assert named <= UNITS.keys()
    assert UNITS.keys() >= OF_THE_HOST


def test_every_figure_is_there_and_known_of_a_healthy_step_beside_others():
    throttled = {"cpu_throttled_seconds": 6.0, "cpu_throttled_percent": 1.5}
    healthy = HEALTHY._replace(alone_percent=20.0, **throttled)
    known = figures(healthy, MACHINE)

    assert known.keys() == UNITS.keys()
    of_a_command = {"cpu_others_percent", "cpu_in_all_percent"}
    of_a_container = {"disk_stalled_percent"}
    unknown = {name for name, value in known.items() if value is None}
    assert unknown == of_a_command | of_a_container
    command = figures(healthy, MACHINE, 50.0)
    assert [command[name] for name in sorted(of_a_command)] == [90, 50]
    assert command["disk_own_percent"] is None


def test_figures_are_related_to_what_is_allowed():
    known = figures(HEALTHY, MACHINE)

    assert known["cpu_cores_mean"] == pytest.approx(1.6)
    assert known["memory_max_percent"] == pytest.approx(50)
    assert known["memory_own_percent"] == pytest.approx(37.5)
    assert known["network_bytes_per_second"] == pytest.approx(0.5 * MIB + 2 * MIB / 120)
    assert known["top_process_percent"] == pytest.approx(100 * 90 / 192)


def test_what_is_a_step_s_own_is_known_beside_others():
    top = ProcessUse("tar", 1, 90.0, GIB, 100 * MIB, 75 * MIB, 50.0)
    theirs = ProcessUse("dd", 1, 90.0, GIB, GIB, GIB, 40.0)
    usage = used(
        alone_percent=49.0,
        attribution=BY_TIME,
        cpu_seconds_by_time=48.0,
        memory_own_max_bytes=4 * GIB,
        top_by_cpu=(top, theirs),
        top_by_memory=(top,),
    )
    known = figures(usage, MACHINE)

    assert known["cpu_own_percent"] == pytest.approx(30)
    assert known["cpu_own_cores_mean"] == pytest.approx(1.2)
    assert known["memory_own_percent"] == pytest.approx(25)
    assert known["disk_own_percent"] == pytest.approx(25)
    alone = figures(usage._replace(alone_percent=50.0), MACHINE)
    assert [alone[name] for name in known if "_own_" in name] == [None] * 4


def test_what_is_unknown_stays_so():
    known = figures(Usage(), None)
    assert {name: value for name, value in known.items() if value is not None} == {
        "covered_seconds": 0.0
    }


def test_what_is_half_unknown_is_unknown():
    half = used(cpu_percent_mean=None, network_sent_bytes_per_second=None)
    known = figures(half, MACHINE)

    assert known["cpu_cores_mean"] is None
    assert known["network_bytes_per_second"] is None
    assert figures(HEALTHY, None)["cpu_cores_mean"] is None


@pytest.mark.parametrize("attribution", [BY_TIME, MIXED, None])
def test_memory_is_a_step_s_own_only_where_its_processes_did_all(attribution: str | None):
    usage = used(attribution=attribution, memory_own_max_bytes=GIB)
    assert figures(usage, MACHINE)["memory_own_percent"] is None
