"""A file of lines that is full, torn or too long; in the end it has whole lines only."""

import errno
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from src.model.batches import decode, encode
from src.model.samples import CPU_IDLE, MEMORY_USED_KB, Batch, Host
from src.sampler.line_file import LineFile, whole_lines
from src.sampler.session import every_second, halved

MOST = 100


def none_of_them(lines: Iterable[bytes]) -> Iterator[bytes]:
    return (line for line in lines if not line)


def all_of_them(lines: Iterable[bytes]) -> Iterable[bytes]:
    return lines


def filled(path: Path, count: int) -> LineFile:
    file = LineFile(str(path), MOST, every_second)
    for number in range(count):
        file.append(b"%08d" % number)
    return file


def test_lines_follow_one_another(tmp_path: Path):
    filled(tmp_path / "f", 3)

    assert list(whole_lines(str(tmp_path / "f"))) == [b"00000000\n", b"00000001\n", b"00000002\n"]


def test_what_is_there_stays(tmp_path: Path):
    (tmp_path / "f").write_bytes(b"whole\ntor")
    filled(tmp_path / "f", 1)

    assert (tmp_path / "f").read_bytes() == b"whole\ntor\n00000000\n"


@pytest.mark.parametrize("count", [12, 13, 50, 1000])
def test_it_is_thinned_evenly_and_stays_below_its_limit(count: int, tmp_path: Path):
    file = filled(tmp_path / "f", count)
    kept = [int(line) for line in whole_lines(str(tmp_path / "f"))]

    assert (tmp_path / "f").stat().st_size <= MOST
    assert file.thinned >= 1
    assert kept[0] == 0
    assert kept[-1] == count - 1
    assert kept == sorted(kept)
    assert not (tmp_path / "f.thinned").exists()


def test_where_thinning_leaves_too_much_it_ends(tmp_path: Path):
    file = LineFile(str(tmp_path / "f"), MOST, all_of_them)
    for _ in range(MOST // 8):
        file.append(b"1234567")
    with pytest.raises(OSError, match="has reached its limit") as caught:
        file.append(b"1234567")

    assert caught.value.errno == errno.EFBIG
    assert (tmp_path / "f").stat().st_size <= MOST


def test_it_goes_on_in_the_file_that_took_its_place(tmp_path: Path):
    file = LineFile(str(tmp_path / "f"), MOST, none_of_them)
    for _ in range(12):
        file.append(b"12345678")

    assert (tmp_path / "f").read_bytes() == b"12345678\n"


def test_a_line_that_does_not_fit_on_the_disk_is_not_there_at_all(tmp_path: Path):
    script = f"""
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (20, resource.RLIM_INFINITY))
from src.sampler.line_file import LineFile
file = LineFile({str(tmp_path / "f")!r}, 1000, iter)
for _ in range(3):
    try:
        file.append(b"12345678")
    except OSError as exc:
        print(exc.strerror)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
file.append(b"abcdefgh")
"""
    root = Path(__file__).parents[2]
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True
    )

    assert ran.stdout == "No space left on device\n"
    assert (tmp_path / "f").read_bytes() == b"12345678\n12345678\nabcdefgh\n"


def test_a_torn_last_line_is_not_read(tmp_path: Path):
    (tmp_path / "f").write_bytes(b"one\ntwo")

    assert list(whole_lines(str(tmp_path / "f"))) == [b"one\n"]
    assert list(whole_lines(str(tmp_path / "none"))) == []


def test_of_raw_lines_those_that_tell_of_the_machine_stay():
    lines = [b"0\n", b'{"host":{}}\n', b"2\n", b"3\n"]

    assert list(every_second(lines)) == [b"0\n", b'{"host":{}}\n', b"2\n"]


def test_batches_keep_their_ends_and_their_peaks():
    batch = Batch(
        sampler="ab",
        sequence=3,
        host=Host(cpus=2, memory_total_kb=2**20),
        time_ms=[1000 * n for n in range(8)],
        uptime_ms=[1000 * n for n in range(8)],
        columns={
            CPU_IDLE: [*range(8)],
            MEMORY_USED_KB: [1024 * n for n in (1, 9, 2, 2, 2, 2, 2, 1)],
        },
    )
    (line,) = halved([encode(batch) + b"\n", b"torn"])
    half = decode(line)

    assert (half.sampler, half.sequence, len(half.time_ms)) == ("ab", 3, 4)
    assert (half.time_ms[0], half.time_ms[-1]) == (0, 7000)
    assert max(kb or 0 for kb in half.columns[MEMORY_USED_KB]) == 9 * 1024
    for _ in range(3):
        (line,) = halved([line])
    assert len(decode(line).time_ms) == 2
