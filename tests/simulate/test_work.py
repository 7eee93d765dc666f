"""What goes on in a job stays within what its machine can do, and is what its loads ask for."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from src.simulate import activity as a
from src.simulate.runners import DEVICE_MACHINE, HOSTED_MACHINE
from src.simulate.work import Work
from tests.analysis.plants import POD, SMALL, planted
from tests.simulate.works import COMPILE, SERVE, small_work

works = st.one_of(
    st.builds(
        small_work,
        st.integers(0, 99),
        st.sampled_from([HOSTED_MACHINE, SMALL, DEVICE_MACHINE, POD]),
        overlap=st.sampled_from([None, COMPILE, SERVE]),
    ),
    st.builds(
        lambda kind, seed: planted(kind, seed).work,
        st.sampled_from(["cpu_bound", "memory_bound", "out_of_memory", "throttled"]),
        st.integers(0, 9),
    ),
)


@given(works)
def test_no_machine_does_more_than_it_can(work: Work):
    activity, machine = work.activity, work.machine
    assert all(before < after for before, after in pairwise(activity.edges))
    assert max(activity.levels(a.JOB_CORES)) <= machine.cores_allowed
    assert max(activity.levels(a.JOB_MIB)) <= machine.memory_allowed_mib
    assert max(activity.levels(a.MACHINE_MIB)) <= machine.memory_mib
    shares = (a.DISK_BUSY, a.CPU_STALLED, a.IO_STALLED, a.MEMORY_STALLED)
    assert all(max(activity.levels(share)) <= 1 for share in shares)
    assert all(min(levels) >= 0 for levels in activity.rates.values())
    spent = (a.JOB_CORES, a.OTHER_CORES, a.IOWAIT, a.STEAL)
    for cell in zip(*(activity.levels(quantity) for quantity in spent), strict=True):
        assert sum(cell) <= machine.cpus


@given(works)
def test_programs_do_together_what_the_job_does(work: Work):
    programs = [work.activity.levels(a.cores_of(*who)) for who in work.activity.programs()]
    together = [sum(cell) for cell in zip(*programs, strict=True)]
    assert together == pytest.approx(work.activity.levels(a.JOB_CORES))


def test_work_takes_a_moment_to_start_and_pauses_now_and_then():
    paused = []
    for seed in range(8):
        work = small_work(seed)
        span = next(span for span in work.spans if span.step.number == COMPILE)
        cores = a.cores_of(span.key or "", "cc1")
        assert work.activity.amount(cores, span.start, span.start + 0.5) < 0.5 * 1.7 * 0.8
        moments = [span.start + 2 + offset for offset in range(int(span.end - span.start) - 3)]
        paused += [work.activity.peak(cores, at, at + 0.01) < 1.7 / 3 for at in moments]
    assert 0 < sum(paused) < 0.08 * len(paused)


def test_coarser_cells_are_fewer_and_hold_as_much():
    fine, coarse = ([small_work(seed, cell_seconds=each) for seed in range(8)] for each in (1, 3))
    assert sum(map(_cells, coarse)) < sum(map(_cells, fine)) / 2
    assert sum(map(_used, coarse)) == pytest.approx(sum(map(_used, fine)), rel=0.05)


def _cells(work: Work) -> int:
    return len(work.activity.edges) - 1


def _used(work: Work) -> float:
    return work.activity.amount(a.JOB_CORES, 0, work.end)
