from __future__ import annotations

import pytest

from src.analysis.usage import JobUsage, Usage
from src.analysis.verdict import conclude
from src.sampler.alone import alone
from src.sampler.own_use import OwnUse, ProcessesOfAName
from tests.analysis.used import GIB, HEALTHY, MACHINE, MIB, used, used_by_job

SATURATED = {"disk_utilisation_percent": 99.0, "stalled_io_percent": 40.0}
UPLOAD = {
    "network_sent_bytes": 2 * GIB,
    "network_sent_bytes_per_second": 2 * GIB / 120,
}
KILLED = {"out_of_memory_kills": 1, "memory_max_bytes": 15.5 * GIB}
WAITING_FOR_A_CORE = {"stalled_cpu_percent": 60.0}


def own(cpu_seconds: float, memory_max_bytes: int = GIB, written_bytes: int | None = 0) -> OwnUse:
    """The use of a command that has one process, in the two minutes of `HEALTHY`."""
    use, process = OwnUse("command"), ProcessesOfAName("tar")
    use.cpu_seconds = process.cpu_seconds = cpu_seconds
    use.memory_max_bytes, process.written_bytes = memory_max_bytes, written_bytes
    use.processes["tar"] = process
    return use


def found(machine_did: dict[str, object], use: OwnUse, **more: int) -> list[str]:
    """What a command was short of, by rule."""
    told = alone(used_by_job(used(**machine_did)), use, None, **more)
    return [finding.rule for finding in conclude(told).diagnoses[1].findings]


def test_a_disk_is_short_for_whoever_works_on_it():
    """600 MiB were written, and 100 read."""
    lonely = SATURATED | {"cpu_seconds": 100.0}

    assert found(lonely, own(98.0, written_bytes=20 * MIB)) == []
    assert found(lonely, own(98.0, written_bytes=None)) == []
    assert found(lonely, own(98.0, written_bytes=400 * MIB)) == ["disk_saturated"]
    assert found(lonely, own(98.0), disk_bytes=200 * MIB) == ["disk_saturated"]
    assert found(SATURATED, own(98.0), disk_bytes=200 * MIB) == []
    assert found(SATURATED, own(98.0), disk_bytes=400 * MIB) == ["disk_saturated"]


def test_the_network_is_a_command_s_that_has_the_machine_to_itself_and_does_something():
    assert found(UPLOAD, own(60.0)) == []
    assert found(UPLOAD | {"cpu_seconds": 40.0}, own(24.1)) == ["upload_heavy"]
    assert found(UPLOAD | {"cpu_seconds": 0.3}, own(0.1)) == ["waiting"]


def test_a_kill_is_not_blamed_on_who_holds_next_to_nothing_beside_others():
    assert found(KILLED, own(60.0, memory_max_bytes=50 * MIB)) == []
    assert found(KILLED, own(60.0, memory_max_bytes=8 * GIB)) == ["out_of_memory"]
    assert found(KILLED, own(190.0, memory_max_bytes=50 * MIB)) == ["out_of_memory"]


def test_memory_that_others_fill_is_not_a_command_s():
    full = {"memory_max_bytes": 15.8 * GIB, "memory_mean_bytes": 15 * GIB}

    assert found(full, own(60.0, memory_max_bytes=GIB)) == []
    assert found(full, own(60.0, memory_max_bytes=12 * GIB)) == ["memory_bound"]


@pytest.mark.parametrize(
    ("machine_seconds", "own_seconds", "rules"),
    [
        (470.0, 60.0, ["crowded_out"]),
        (470.0, 1.0, []),  # it sleeps
        (300.0, 60.0, []),  # there are cores to spare
        (480.0, 470.0, ["cpu_bound"]),  # it is itself who has them
    ],
)
def test_others_may_leave_a_command_too_little_cpu(
    machine_seconds: float, own_seconds: float, rules: list[str]
):
    busy = WAITING_FOR_A_CORE | {"cpu_seconds": machine_seconds}
    assert found(busy, own(own_seconds)) == rules


def test_what_a_command_holds_is_its_own_memory():
    [step] = alone(used_by_job(HEALTHY), own(50.0, memory_max_bytes=3 * GIB), 2.0).steps

    assert step.usage.memory_own_max_bytes == 3 * GIB
    assert step.usage.cpu_percent_max == 50


def test_where_nothing_was_seen_nothing_is_taken_for_its_own():
    nothing = used_by_job(Usage())
    assert alone(nothing, own(1.0), None) == nothing
    assert alone(JobUsage(nothing.job, MACHINE, Usage(), nothing.steps, Usage()), own(1.0), 1.0)
