from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from src.analysis.process import CHILDREN, CPU, KEY, NAME, PID, RESIDENT, WRITTEN
from src.sampler.proc.pid_environ import parse_variable
from src.sampler.process_reader import ProcessReader, Watched
from src.sampler.processes import Processes
from tests.sampler.made_proc import MadeProc

if TYPE_CHECKING:
    from src.analysis.process import Reading

TURN = 16
"""An idle process is read at least so often."""


class CountingReader(ProcessReader):
    """Remembers which processes it was asked to look at."""

    looked: list[int]

    def look(self, process: Watched) -> bool:
        self.looked.append(int(process.pid))
        return super().look(process)


class Scene:
    """Processes that read a made /proc."""

    def __init__(self, folder: Path, *, has_own_pids: bool = True, most_open: int = 100) -> None:
        self.proc = MadeProc(folder)
        self.reader = CountingReader(
            str(folder),
            lambda text: parse_variable(text, b"GITHUB_ACTION"),
            boot_ms=1_000_000,
            ticks_per_second=100,
            page_bytes=4096,
        )
        self.reader.looked = []
        self.processes = Processes(
            str(folder), self.reader, has_own_pids=has_own_pids, most_open=most_open
        )

    def read(self, *, all_of_them: bool = False) -> "dict[int, Reading]":
        self.reader.looked.clear()
        return {each[PID]: each for each in self.processes.read(all_of_them=all_of_them)}

    def settle(self) -> None:
        """Until all are idle."""
        for _ in range(TURN * 2):
            self.read()


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def test_a_reading_says_all_that_a_ledger_wants(scene: Scene):
    scene.proc.write(
        7, parent=3, comm="python3", cpu=5, children=9, environment="GITHUB_ACTION=__run A=b",
        words="python3 -m pytest", pages=25,
    )  # fmt: skip

    assert scene.read()[7] == (
        *(7, 7, 3, "__run", "python3 -m pytest", 5, 9, 100, 5, 10),
        1_000_070,
    )


def test_what_may_not_be_seen_is_unknown(scene: Scene):
    scene.proc.write(7)
    for name in ("io", "environ", "cmdline"):
        (scene.proc.folder / "7" / name).unlink()

    reading = scene.read()[7]

    assert (reading[KEY], reading[NAME], reading[WRITTEN]) == (None, "work", None)


def test_what_was_written_after_its_last_work_is_seen(scene: Scene):
    scene.proc.write(7, cpu=5)
    scene.read()
    (scene.proc.folder / "7" / "io").write_text("read_bytes: 0\nwrite_bytes: 81920\n")

    assert scene.read()[7][WRITTEN] == 80


def test_what_is_no_process_is_passed_over(scene: Scene):
    scene.proc.write(7)
    (scene.proc.folder / "8").mkdir()
    (scene.proc.folder / "sys").mkdir()

    assert scene.read().keys() == {7}


def test_an_idle_process_is_the_same_tuple(scene: Scene):
    scene.proc.write(7)
    before = scene.read()[7]

    assert all(scene.read()[7] is before for _ in range(TURN * 2))


def test_idle_processes_are_read_in_turn(scene: Scene):
    for pid in range(1, 97):
        scene.proc.write(pid)
    scene.settle()

    turns = []
    for _ in range(TURN):
        scene.read()
        turns.append(list(scene.reader.looked))

    assert {len(turn) for turn in turns} == {96 // TURN}
    assert sorted(chain(*turns)) == list(range(1, 97))


def test_a_process_that_was_idle_for_long_is_caught_up_with(scene: Scene):
    for pid in range(1, 20):
        scene.proc.write(pid)
    scene.settle()

    scene.proc.write(7, cpu=300)
    waited = next(tick for tick in range(TURN) if scene.read()[7][CPU] == 300)

    assert waited < TURN
    scene.proc.write(7, cpu=301)
    assert scene.read()[7][CPU] == 301  # and is read at each tick now


def test_all_are_read_when_it_matters(scene: Scene):
    for pid in range(1, 20):
        scene.proc.write(pid)
    scene.settle()
    scene.proc.write(7, cpu=300)

    assert scene.read(all_of_them=True)[7][CPU] == 300


def test_who_is_new_is_looked_for_only_when_an_id_was_given(scene: Scene):
    scene.proc.write(1)
    scene.read()
    scene.proc.write(9)
    scene.proc.last_pid = 1
    scene.proc.tell_last_pid()
    assert scene.read().keys() == {1}

    scene.proc.last_pid = 9
    scene.proc.tell_last_pid()
    assert scene.read().keys() == {1, 9}


def test_where_ids_are_given_elsewhere_it_is_always_looked_for(tmp_path: Path):
    scene = Scene(tmp_path, has_own_pids=False)
    scene.proc.write(1)
    scene.read()
    scene.proc.write(9)
    scene.proc.last_pid = 1
    scene.proc.tell_last_pid()

    assert scene.read().keys() == {1, 9}


def test_no_child_is_shown_beside_a_parent_that_has_reaped_it(scene: Scene):
    """However idle it was: its time would count twice."""
    scene.proc.write(1)
    scene.proc.write(2, parent=1, cpu=500)
    scene.proc.write(3, parent=2, cpu=70)
    scene.settle()

    for at in range(TURN):  # at whichever turn
        pids = range(10 * at + 10, 10 * at + 13)
        for pid, parent in zip(pids, (1, pids[0], pids[1]), strict=True):
            scene.proc.write(pid, parent=parent, cpu=500)
        scene.settle()
        scene.read()
        scene.proc.kill(pids[2])
        scene.proc.write(pids[1], parent=pids[0], cpu=500, children=500)
        scene.proc.kill(pids[1])
        scene.proc.write(pids[0], cpu=501, children=1000)
        for _ in range(TURN):
            readings = scene.read()
            if readings[pids[0]][CHILDREN]:
                assert readings.keys().isdisjoint(pids[1:])
        assert readings[pids[0]][CHILDREN] == 1000


@pytest.mark.parametrize("is_followed", [True, False])
def test_an_idle_reaper_tells_at_once_what_the_dead_had_used(scene: Scene, *, is_followed: bool):
    """As a runner does, that waits for a step: what is told later would be another step's."""
    scene.proc.write(1)
    for at in range(TURN):  # at whichever turn
        worker, shell, program = pids = range(10 * at + 10, 10 * at + 13)
        for pid, parent in zip(pids, (1, worker, shell), strict=True):
            scene.proc.write(pid, parent=parent, cpu=pid)
        scene.settle()
        scene.proc.write(program, parent=shell, cpu=400)
        scene.read(all_of_them=True)
        for pid in (program, shell):
            scene.proc.kill(pid)
        scene.proc.write(worker, cpu=worker, children=450)
        if is_followed:
            scene.proc.write(9_000 + at)  # so that an id was given, and who lives is looked for

        readings = scene.read()

        assert readings.keys().isdisjoint({program, shell})
        assert readings[worker][CHILDREN] == 450
        assert scene.reader.looked.count(worker) <= 2


def test_a_reaper_that_has_told_is_not_asked_again(scene: Scene):
    scene.proc.write(1)
    scene.proc.write(2, parent=1, cpu=5)
    scene.proc.write(3, parent=2, cpu=5)
    scene.read()
    scene.proc.kill(3)
    scene.proc.write(2, parent=1, cpu=6, children=5)

    assert scene.read()[2][CHILDREN] == 5
    assert scene.reader.looked == [1, 2, 3]


def test_an_id_may_be_given_again(scene: Scene):
    scene.proc.write(7, cpu=100, start=50)
    scene.read()
    scene.proc.kill(7)
    scene.proc.write(7, cpu=1, start=90)

    scene.proc.last_pid = 4_000_000  # ids have begun anew since
    scene.proc.tell_last_pid()

    assert scene.read()[7][:6] == (7, 90, 1, None, "work", 1)


def test_an_id_may_be_given_again_to_one_that_nobody_keeps_open(tmp_path: Path):
    scene = Scene(tmp_path, most_open=0)
    scene.proc.write(7, cpu=100, start=50)
    scene.read()
    scene.proc.write(7, cpu=1, start=90)
    scene.proc.last_pid = 4_000_000
    scene.proc.tell_last_pid()

    assert scene.read()[7][:6] == (7, 90, 1, None, "work", 1)


def test_a_process_that_runs_another_program_is_identified_anew(scene: Scene):
    scene.proc.write(7, comm="Runner.Worker")
    assert scene.read()[7][KEY] is None
    scene.proc.write(7, comm="bash", environment="GITHUB_ACTION=__run")

    reading = scene.read()[7]
    assert (reading[KEY], reading[NAME]) == ("__run", "bash")


def test_few_files_are_enough(tmp_path: Path):
    scene = Scene(tmp_path, most_open=2)
    for pid in range(1, 20):
        scene.proc.write(pid)
    scene.settle()
    scene.proc.write(19, cpu=3, pages=30)

    readings = [scene.read() for _ in range(TURN)][-1]

    assert len(readings) == 19
    assert (readings[19][CPU], readings[19][RESIDENT]) == (3, 120)
    open_files = {str(path.resolve()) for path in Path("/proc/self/fd").iterdir()}
    kept = {path for path in open_files if path.startswith(str(tmp_path))}
    assert len({Path(path).parent for path in kept}) <= 3  # two processes', and loadavg


def test_another_process_of_the_same_number_is_another(scene: Scene):
    """By the same name, even: but it was born at another time."""
    scene.proc.write(7, cpu=5, environment="GITHUB_ACTION=first")
    scene.read()
    scene.proc.kill(7)
    scene.proc.write(7, cpu=1, start=900, environment="GITHUB_ACTION=second")
    scene.proc.last_pid = 4_000_000  # ids have begun anew since
    scene.proc.tell_last_pid()

    reading = scene.read(all_of_them=True)[7]
    assert (reading[KEY], reading[CPU]) == ("second", 1)


def test_who_cannot_be_read_for_a_while_stays_as_it_was(scene: Scene):
    scene.proc.write(7, cpu=5)
    before = scene.read()[7]
    stat = scene.proc.folder / "7" / "stat"
    text = stat.read_text()
    stat.write_text("")
    assert scene.read(all_of_them=True)[7] == before

    stat.write_text(text)
    scene.proc.kill(7)
    assert 7 not in scene.read(all_of_them=True)
