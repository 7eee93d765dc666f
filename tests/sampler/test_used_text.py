from typing import Any

from src.sampler.used_text import table

USED: dict[str, Any] = {
    "command": "make",
    "exit_code": 2,
    "wall_seconds": 83.4,
    "cpu_seconds": 412.3,
    "cpu_cores_mean": 4.94,
    "cpu_cores_max": 7.8,
    "memory_peak_bytes": 1.4 * 2**30,
    "disk_read_bytes": 12 * 2**20,
    "disk_write_bytes": 340 * 2**20,
    "network_received_bytes": 45 * 2**20,
    "network_sent_bytes": 2**20,
    "short_of": [{"words": "CPU-bound: 98 % of 8 cores", "advice": "Split it."}],
    "not_judged": None,
    "processes": [
        {"name": "cc1plus", "seen": 412, "cpu_seconds": 380.1, "memory_max_bytes": 640 * 2**20},
        {"name": "ld", "seen": 1, "cpu_seconds": 0.03, "memory_max_bytes": 90 * 2**20},
    ],
    "cores": 8,
    "memory_bytes": 16 * 2**30,
    "problems": [],
}  # fmt: skip


def test_the_table():
    assert table(USED) == (
        "make ended with 2 after 1 min 23 s\n"
        "  CPU        6 min 52 s: 4.9 of 8 cores on average, 7.8 at most\n"
        "  memory     1.4 GiB at most, of 16 GiB\n"
        "  disk       read 12 MiB, wrote 340 MiB\n"
        "  network    received 45 MiB, sent 1 MiB (the whole machine)\n"
        "  short of   CPU-bound: 98 % of 8 cores. Split it.\n"
        "  processes      6 min 20 s    640 MiB  cc1plus (412 of them)\n"
        "                      30 ms     90 MiB  ld\n"
    )


def test_what_is_unknown_is_left_out():
    unknown = {
        **dict.fromkeys(USED),
        "command": "true",
        "exit_code": 0,
        "wall_seconds": 0.004,
        "cpu_seconds": 0.001,
        "disk_read_bytes": 0,
        "disk_write_bytes": 0,
        "short_of": [],
        "processes": [],
        "not_judged": "nothing was seen of it",
        "problems": ["sampling failed: why"],
    }

    assert table(unknown) == (
        "true ended with 0 after 4 ms\n"
        "  CPU        1 ms\n"
        "  disk       read 0 B, wrote 0 B\n"
        "  short of   not judged: nothing was seen of it\n"
        "  (sampling failed: why)\n"
    )
