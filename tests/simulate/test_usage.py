"""The truth about usage adds up, and is by definition whose it is."""

import pytest

from src.simulate import activity as a
from src.simulate.blueprints import MachineBlueprint
from src.simulate.runners import HOSTED_MACHINE
from src.simulate.usage import UsageTruth, usage_truths
from src.simulate.work import Work
from tests.analysis.plants import POD
from tests.simulate.works import COMPILE, IMAGE, SERVE, small_work


def truths(work: Work) -> dict[int, UsageTruth]:
    return {row.number: row for row in usage_truths(1, work)}


@pytest.mark.parametrize("overlap", [None, COMPILE, SERVE])
@pytest.mark.parametrize("machine", [HOSTED_MACHINE, POD])
def test_steps_use_together_what_the_job_used(machine: MachineBlueprint, overlap: int | None):
    work = small_work(1, machine, overlap=overlap)
    rows = truths(work).values()
    start = work.spans[0].start
    for field, quantity in (
        ("cpu_seconds", a.JOB_CORES),
        ("disk_read_bytes", a.READ_BYTES),
        ("disk_written_bytes", a.WRITTEN_BYTES),
        ("network_received_bytes", a.RECEIVED_BYTES),
        ("network_sent_bytes", a.SENT_BYTES),
    ):
        together = sum(getattr(row, field) for row in rows)
        assert together == pytest.approx(work.activity.amount(quantity, start, work.end), rel=1e-6)


def test_what_processes_use_while_their_step_lasts_is_its_own():
    row = truths(small_work(2))[COMPILE]
    assert row.cpu_seconds - row.cpu_seconds_by_time == pytest.approx(row.seconds * 1.8, rel=0.2)
    assert row.cpu_seconds_by_time < row.seconds * 0.05
    assert row.short_of == "nothing"


def test_what_outlives_its_step_or_has_none_goes_by_time():
    row = truths(small_work(3))[IMAGE]
    assert row.cpu_seconds_by_time == pytest.approx(row.cpu_seconds, rel=0.01)
    assert row.cpu_seconds == pytest.approx(row.seconds * (1.2 + 0.5), rel=0.2)


def test_parallel_steps_keep_their_processes_and_share_the_rest():
    work = small_work(4, overlap=COMPILE)
    rows = truths(work)
    assert rows[COMPILE].cpu_seconds == pytest.approx(rows[COMPILE].seconds * 1.8, rel=0.2)
    shared = work.activity.amount(a.RECEIVED_BYTES, 0.0, work.end)
    assert rows[SERVE].network_received_bytes > 0.3 * shared


def test_a_container_is_told_of_its_own_memory():
    hosted, pod = (truths(small_work(5, machine))[COMPILE] for machine in (HOSTED_MACHINE, POD))
    assert hosted.memory_max_bytes > pod.memory_max_bytes > 500 * 1024 * 1024
