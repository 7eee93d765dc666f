"""What the machine did while steps ran side by side is nobody's but whose processes did it."""

import pytest

from src.analysis.judge import judge
from src.analysis.measure import measure
from src.analysis.timeline import Job
from src.analysis.verdict import Verdict
from src.model.samples import Batch, ProcessGroup
from tests.analysis.made import batch, job, owner, step

AT = range(121)
MIB = 1 << 20
SLEEP, WORK = 2, 3


def side_by_side(apart: float = 0) -> Job:
    """Both for two minutes, or the first so many seconds longer."""
    return job(step(SLEEP, "sleep", 0, 120), step(WORK, "work", apart, 120), end=120)


def group(key: str, name: str, cpu: float, written_mib: float) -> ProcessGroup:
    """A second at a time, from the beginning."""
    return ProcessGroup(
        *(key, name),
        at=AT,
        cpu_ticks=[round(100 * cpu * at) for at in AT],
        resident_kb=[10_240] * len(AT),
        seen=[1] * len(AT),
        read_kb=[0] * len(AT),
        written_kb=[round(1024 * written_mib * at) for at in AT],
    )


def told(cpu: float, *, received_mib: float = 0, written_mib: float = 0) -> Batch:
    """Of the second step's processes; the first one's do nothing."""
    owners = [
        owner("__run", 0.1, [0] * len(AT)),
        owner("__run_2", 0.2, [cpu * at for at in AT], 100),
    ]
    disk = {
        "reads": [0] * len(AT),
        "read_sectors": [0] * len(AT),
        "writes": [200 * at for at in AT],
        "written_sectors": [round(2048 * written_mib * at) for at in AT],
        "io_ms": [round(min(written_mib, 1) * 990 * at) for at in AT],
    }
    nothing = [0] * len(AT)
    columns = {
        "network_received_bytes": [round(received_mib * MIB * at) for at in AT],
        "network_sent_bytes": nothing,
        "stalled_io_us": [600_000 * at if written_mib else 0 for at in AT],
    }
    return batch(
        AT,
        [(cpu + 0.02) * at for at in AT],
        owners=owners,
        columns=columns,
        disks={"sda": disk},
        groups=[group("__run", "sleep", 0, 0), group("__run_2", "work", cpu, written_mib)],
    )


def found(verdict: Verdict) -> dict[int, list[str]]:
    return {
        number: [finding.rule for finding in diagnosis.findings]
        for number, diagnosis in verdict.diagnoses.items()
    }


def test_a_step_that_sleeps_beside_a_download_is_not_blamed_for_it_the_job_is():
    verdict = judge(side_by_side(), [told(0.4, received_mib=20)])
    assert found(verdict) == {SLEEP: [], WORK: []}
    assert [finding.rule for finding in verdict.of_job.findings] == ["download_heavy"]
    assert verdict.sentence.endswith(
        "`sleep` takes 2 min of 2 min and ran beside others; the job as a whole is download-heavy:"
        " 2.3 GiB at 20 MiB/s."
    )


def test_who_downloads_alone_for_most_of_its_time_is_told_so():
    verdict = judge(side_by_side(apart=70), [told(0.4, received_mib=20)])
    assert found(verdict) == {SLEEP: ["download_heavy"], WORK: []}


def test_a_step_that_sleeps_beside_one_that_writes_is_not_blamed_for_the_disk():
    verdict = judge(side_by_side(), [told(1.6, written_mib=90)])
    assert found(verdict) == {SLEEP: [], WORK: ["disk_saturated"]}


def test_who_sleeps_beside_who_works_is_waiting_and_who_works_on_one_core_does():
    verdict = judge(side_by_side(), [told(1.0)])
    assert found(verdict) == {SLEEP: ["waiting"], WORK: ["single_threaded"]}


def test_a_core_that_nobody_owns_makes_nobody_single_threaded():
    strangers = batch(
        AT, [2.0 * at for at in AT], owners=[owner(key, 0.1, [0] * len(AT)) for key in "ab"]
    )
    assert found(judge(side_by_side(), [strangers])) == {SLEEP: [], WORK: []}


@pytest.mark.parametrize(("apart", "percents"), [(0, [0, 0]), (30, [25, 0]), (120, [100, None])])
def test_the_share_of_time_in_which_a_step_was_alone(apart: float, percents: list[float | None]):
    used = measure(side_by_side(apart), [told(0.5)])
    assert [each.usage.alone_percent for each in used.steps] == percents
    assert used.usage.alone_percent is used.between.alone_percent is None
