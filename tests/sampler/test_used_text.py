from typing import Any

import pytest

from src.sampler.used_text import table

USED: dict[str, Any] = {
    "command": "make",
    "exit_code": 2,
    "wall_seconds": 83.4,
    "cpu_seconds": 412.3,
    "cpu_cores_mean": 4.94,
    "cpu_cores_max": 7.8,
    "cpu_cores_others": 0.3,
    "memory_peak_bytes": 1.4 * 2**30,
    "disk_read_bytes": 12 * 2**20,
    "disk_write_bytes": 340 * 2**20,
    "network_received_bytes": 45 * 2**20,
    "network_sent_bytes": 2**20,
    "findings": [{"words": "CPU-bound: 98 % of 8 cores", "advice": "Split it."}],
    "unjudged": None,
    "processes": [
        {"name": "cc1plus", "seen": 412, "cpu_seconds": 380.1, "memory_max_bytes": 640 * 2**20},
        {"name": "ld", "seen": 1, "cpu_seconds": 0.03, "memory_max_bytes": 90 * 2**20},
    ],
    "cores": 8,
    "memory_bytes": 16 * 2**30,
    "complaints": [],
}  # fmt: skip


def test_the_table():
    assert table(USED) == (
        "make ended with 2 after 1 min 23 s\n"
        "  short of   CPU-bound: 98 % of 8 cores\n"
        "             Split it.\n"
        "  CPU        6 min 52 s: 4.9 of 8 cores on average, 7.8 at most\n"
        "  memory     1.4 GiB at most, of 16 GiB\n"
        "  disk       read 12 MiB, wrote 340 MiB\n"
        "  network    received 45 MiB, sent 1 MiB (the whole machine)\n"
        "  processes  CPU time, most memory, name\n"
        "             6 min 20 s, 640 MiB, cc1plus (412 of them)\n"
        "             30 ms, 90 MiB, ld\n"
    )


def test_a_machine_that_others_use_too_is_told():
    busy = table({**USED, "cpu_cores_others": 2.6})

    assert "\n             others on the machine kept 2.6 of 8 cores busy meanwhile\n" in busy


def test_others_kept_no_more_busy_than_there_is():
    assert "others on the machine kept 8 of 8 cores" in table({**USED, "cpu_cores_others": 8.4})


def test_nothing_is_said_of_others_beside_a_command_of_a_moment():
    short = {**USED, "wall_seconds": 0.9, "cpu_cores_others": 8.4}

    assert "others" not in table(short)


def test_a_command_that_waits_is_idle():
    assert "  CPU        2 ms: idle\n" in table({**USED, "cpu_seconds": 0.002, "cpu_cores_mean": 0})


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (137, "137 (SIGKILL: killed, perhaps for want of memory)"),
        (143, "143 (SIGTERM)"),
        (255, "255"),
    ],
)
def test_an_exit_code_that_stands_for_a_signal_names_it(code: int, said: str):
    assert table({**USED, "exit_code": code}).startswith(f"make ended with {said} after ")


def test_children_and_memory_that_nobody_saw_are_explained():
    unseen = {"name": "make (children)", "seen": 0, "cpu_seconds": 5.0, "memory_max_bytes": None}

    assert table({**USED, "processes": [unseen]}).endswith(
        "             5 s, -, make (children)\n"
        "             (children) came and went between two looks\n"
    )


def test_long_words_are_wrapped():
    long = {"words": "word " * 40, "advice": "Split it."}

    lines = table({**USED, "findings": [long]}).splitlines()
    assert max(map(len, lines)) <= 100
    assert lines[2].startswith("             word word")


def test_what_is_unknown_is_left_out():
    unknown = {
        **dict.fromkeys(USED),
        "command": "true",
        "exit_code": 0,
        "wall_seconds": 0.004,
        "cpu_seconds": 0.001,
        "disk_read_bytes": 0,
        "disk_write_bytes": 0,
        "findings": [],
        "processes": [],
        "unjudged": "nothing was seen of it",
        "complaints": ["sampling failed: why"],
    }

    assert table(unknown) == (
        "true ended with 0 after 4 ms\n"
        "  short of   not judged: nothing was seen of it\n"
        "  CPU        1 ms\n"
        "  disk       read 0 B, wrote 0 B\n"
        "  (sampling failed: why)\n"
    )


def test_what_it_is_short_of_is_said_once():
    crowded = {"words": "short of CPU: others kept 97 % of 8 cores busy", "advice": "Wait."}

    assert "\n  short of   CPU: others kept 97 %" in table({**USED, "findings": [crowded]})
