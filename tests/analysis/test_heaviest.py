"""Whoever makes up names is told of those that did most, and costs no more than they do."""

from src.analysis.heaviest import MOST_BY_CPU, MOST_BY_MEMORY, heaviest
from src.analysis.measure import measure
from src.analysis.segments import segments
from src.analysis.tracks import Track, tracks
from src.model.samples import Batch, ProcessGroup
from tests.analysis.made import batch, job, step

MOST = MOST_BY_CPU + MOST_BY_MEMORY
IN_A_BATCH = 500
BATCHES = MOST // IN_A_BATCH + 2


def group(number: int) -> ProcessGroup:
    """The higher its number the more CPU time it uses, and the less memory it holds."""
    return ProcessGroup(
        *("", f"made up {number}"),
        at=[0, 1],
        cpu_ticks=[0, number],
        resident_kb=[2048 * (BATCHES * IN_A_BATCH - number)] * 2,
        seen=[1, 1],
        read_kb=[None, None],
        written_kb=[None, None],
    )


def crowd(count: int) -> list[Batch]:
    """So many batches, each with names of its own."""
    return [
        batch(
            [2 * number, 2 * number + 1],
            [200 * number, 200 * number + 100],
            sequence=number,
            groups=[group(number * IN_A_BATCH + each) for each in range(IN_A_BATCH)],
        )
        for number in range(count)
    ]


def tracks_of(batches: list[Batch]) -> list[Track]:
    return tracks(segments(batches, 0))


def test_all_are_kept_of_any_sensible_number():
    found = tracks_of(crowd(3))

    assert heaviest(found) == found


def test_of_a_crowd_those_are_kept_that_did_most():
    found = tracks_of(crowd(BATCHES))

    kept = heaviest(found)

    assert len(found) == BATCHES * IN_A_BATCH > MOST >= len(kept)
    assert kept == [track for track in found if track in kept]
    assert set(found[-MOST_BY_CPU:]) <= set(kept)  # by CPU time
    assert set(found[:MOST_BY_MEMORY]) <= set(kept)  # by memory


def test_a_job_of_a_crowd_says_who_did_most():
    batches = crowd(BATCHES)
    used = measure(job(step(1, "Run make", 0, 30), end=60), batches).usage

    most = BATCHES * IN_A_BATCH - 1
    assert [use.name for use in used.top_by_cpu[:2]] == [f"made up {most}", f"made up {most - 1}"]
    assert used.top_by_memory[0].name == "made up 0"
