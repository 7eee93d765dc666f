import json
from copy import deepcopy
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.batch import busy_batch, bytes_a_sample, quiet_batch
from src.model import samples
from src.model.batches import (
    BatchError,
    NewerBatchError,
    decode,
    decode_processes,
    encode,
    encode_processes,
)
from src.model.process_groups import read_groups
from src.model.samples import QUANTA, Batch, Host, Owner
from tests.model.made import batches, groups_of, plain

CPU, MEMORY = samples.CPU_USER, samples.MEMORY_USED_KB
LARGEST = 2**63 - 1
BUSY_BYTES, QUIET_BYTES = 80, 45


def batch(**others: object) -> Batch:
    facts = {
        "sampler": "3f2a",
        "sequence": 17,
        "host": Host(cpus=4, memory_total_kb=16_000_000, filesystems={"/": 75_000_000}),
        "time_ms": [1_760_000_001_000, 1_760_000_002_000, 1_760_000_003_001],
        "uptime_ms": [1000, 2000, 3001],
        "columns": {CPU: [7, 7, 9], MEMORY: [10 * 1024, None, 12 * 1024]},
        "disks": {"sda": {samples.READS: [100, 101, 101]}},
        "filesystems": {"/": [2048, 2048, 1024]},
        "owners": [Owner("__run", 1_760_000_000_000, [0, 0, 5], [0, 0, 4096])],
    }
    return Batch(**{**facts, **others})


def told(**others: object) -> dict:
    return json.loads(encode(batch(**others)))


def to_quanta(columns: dict[str, list[int | None]]) -> dict[str, list[int | None]]:
    return {name: floor(values, QUANTA.get(name, 1)) for name, values in columns.items()}


def floor(values: list[int | None], quantum: int) -> list[int | None]:
    return [None if value is None else value // quantum * quantum for value in values]


@given(batches())
def test_what_is_encoded_is_decoded_to_the_quanta(any_batch: Batch):
    expected = plain(any_batch)
    expected["columns"] = to_quanta(any_batch.columns)
    expected["disks"] = {disk: to_quanta(columns) for disk, columns in any_batch.disks.items()}
    expected["filesystems"] = {m: floor(kb, 1024) for m, kb in any_batch.filesystems.items()}
    for owner in expected["owners"]:
        owner["resident_kb"] = floor(owner["resident_kb"], 1024)

    assert plain(decode(encode(any_batch))) == expected


@given(batches())
def test_what_was_decoded_is_encoded_the_same(any_batch: Batch):
    encoded = encode(any_batch)

    assert json.loads(encode(decode(encoded))) == json.loads(encoded)


@given(st.lists(groups_of(20), max_size=4))
def test_groups_come_back_to_the_quanta(groups: list[samples.ProcessGroup]):
    expected = plain(groups)
    for group in expected:
        group["resident_kb"] = floor(group["resident_kb"], 2048)
        group["read_kb"] = floor(group["read_kb"], 1024)
        group["written_kb"] = floor(group["written_kb"], 1024)

    assert plain(decode_processes(encode_processes(groups), 20)) == expected


def test_no_processes_are_no_groups():
    assert decode_processes(batch().processes) == []


def test_the_wire_reads_as_its_description_says():
    assert told() == {
        "version": 1,
        "sampler": "3f2a",
        "sequence": 17,
        "final": False,
        "host": {
            "boot_id": "",
            "cpus": 4,
            "filesystems": {"/": 75_000_000},
            "interval_ms": 1000,
            "is_container": False,
            "memory_total_kb": 16_000_000,
            "system": "",
            "ticks_per_second": 100,
        },
        "job": {},
        "uptime_ms": [1000, 1000, 1001],
        "clock_ms": [1_760_000_000_000, 0, 0],
        "columns": {CPU: [7, 0, 2], MEMORY: [10, None, 2]},
        "disks": {"sda": {"reads": [100, 1, 0]}},
        "filesystems": {"/": [2, 0, -1]},
        "owners": {
            "key": ["__run"],
            "born_ms": [1_760_000_000_000],
            "cpu_ticks": [[0, 0, 5]],
            "resident_kb": [[0, 0, 4]],
        },
        "processes": "{}",
    }


def test_rounding_does_not_add_up():
    # Each second's 999 bytes are less than a quantum; a thousand of them are not.
    received = [999 * i for i in range(1000)]
    thousand = batch(
        time_ms=list(range(1000)),
        uptime_ms=list(range(1000)),
        columns={samples.NETWORK_RECEIVED_BYTES: received},
        disks={},
        filesystems={},
        owners=[],
    )

    [last] = decode(encode(thousand)).columns[samples.NETWORK_RECEIVED_BYTES][-1:]

    assert received[-1] - 1024 < last <= received[-1]


def test_what_a_newer_writer_adds_is_passed_over():
    newer = told() | {"colour": 1.5}
    newer["columns"]["gpu_user"] = ["?"]
    newer["disks"]["sda"]["discards"] = None
    newer["host"]["gpus"] = [{}]
    newer["job"]["labels"] = ["ubuntu-latest"]
    newer["owners"]["threads"] = [[1, 0, 0]]

    assert plain(decode(json.dumps(newer))) == plain(decode(encode(batch())))


def test_what_an_older_writer_left_out_is_unknown():
    older = {
        key: told()[key] for key in ("version", "sampler", "sequence", "uptime_ms", "clock_ms")
    }
    older["host"] = {"cpus": 2, "memory_total_kb": 1024, "swap_total_kb": None}

    decoded = decode(json.dumps(older))

    assert (decoded.columns, decoded.disks, decoded.owners, decoded.job) == ({}, {}, [], {})
    assert not decoded.final
    assert decoded.host.swap_total_kb is None
    assert decode_processes(decoded.processes) == []


def test_a_newer_version_is_told_from_rubbish():
    with pytest.raises(NewerBatchError, match="version: 2"):
        decode(json.dumps(told() | {"version": 2, "uptime_ms": "in another way"}))


def replaced(path: str, value: object) -> str:
    """The batch as told, with another value in one place."""
    found = deepcopy(told())
    *parents, last = [int(part) if part.isdigit() else part for part in path.split("/")]
    reduce(lambda part, key: part[key], parents, found)[last] = value
    return json.dumps(found)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("version", None, "version: not a whole number"),
        ("version", 0, "version: not a whole number"),
        ("version", True, "version: not a whole number"),
        ("sampler", "", "sampler: not hexadecimal"),
        ("sampler", "../x", "sampler: not hexadecimal"),
        ("sampler", "a" * 65, "sampler: not a text of at most 64"),
        ("sequence", -1, "sequence: not a whole number"),
        ("sequence", 2**63, "sequence: not a whole number"),
        ("final", 0, "final: neither true nor false"),
        ("host", None, "host: not an object"),
        ("host/cpus", None, r"host\.cpus: missing"),
        ("host/cpus", 0, r"host\.cpus: not a whole number from 1"),
        ("host/memory_total_kb", "16 GB", r"host\.memory_total_kb: not a whole number"),
        ("host/interval_ms", 0, r"host\.interval_ms: not a whole number from 1"),
        ("host/cpu_limit_cores", 0, r"host\.cpu_limit_cores: not above 0"),
        ("host/cpu_limit_cores", float("nan"), r"host\.cpu_limit_cores: not above 0"),
        ("host/cpu_limit_cores", float("inf"), r"host\.cpu_limit_cores: not above 0"),
        ("host/cpu_limit_cores", "2", r"host\.cpu_limit_cores: not a number"),
        ("host/filesystems", {"/": -1}, r"host\.filesystems\['/'\]: not a whole number"),
        ("host/system", "x" * 257, r"host\.system: not a text of at most 256"),
        ("job/run_id", "17", r"job\.run_id: not a whole number"),
        ("job/host", 17, r"job\.host: not a text"),
        ("uptime_ms", None, "uptime_ms: not a list"),
        ("uptime_ms", [1] * 3601, "uptime_ms: not a list of at most 3600"),
        ("uptime_ms", [1000, 1000, 0], "uptime_ms: not rising"),
        ("uptime_ms", [1000, None, 0], "uptime_ms: values that are not whole"),
        ("clock_ms", [0, 0], "clock_ms: not a list of 3 values"),
        ("clock_ms", [-1, 0, 0], "clock_ms: a value below 0"),
        ("clock_ms", [LARGEST, 0, 0], "clock_ms: a time above"),
        ("clock_ms", [0, None, 0], "clock_ms: values that are not whole"),
        ("columns", [], "columns: not an object"),
        (f"columns/{CPU}", [7, 0], rf"columns\.{CPU}: not a list of 3 values"),
        (f"columns/{CPU}", [7, 0, 1.5], rf"columns\.{CPU}: values that are not whole"),
        (f"columns/{CPU}", [7, None, "1"], rf"columns\.{CPU}: values that are not whole"),
        (f"columns/{CPU}", ["7", "0", "1"], rf"columns\.{CPU}: values that are not whole"),
        (f"columns/{CPU}", [7, 0.5, -0.5], rf"columns\.{CPU}: values that are not whole"),
        (f"columns/{CPU}", [LARGEST, 0, 1], rf"columns\.{CPU}: a value below 0 or above"),
        (f"columns/{CPU}", [7, -8, 1], rf"columns\.{CPU}: a value below 0"),
        (f"columns/{CPU}", [LARGEST, 1, -1], rf"columns\.{CPU}: a value below 0 or above"),
        (f"columns/{MEMORY}", [2**53, 0, 0], rf"columns\.{MEMORY}: a value below 0 or above"),
        (f"columns/{MEMORY}", [7, None, -8], rf"columns\.{MEMORY}: a value below 0"),
        ("disks", {str(i): {} for i in range(65)}, "disks: not an object of at most 64"),
        ("disks", {"x" * 257: {}}, "disks: not a text of at most 256"),
        ("disks/sda", [], r"disks\['sda'\]: not an object"),
        ("disks/sda/reads", [1], r"disks\['sda'\]\.reads: not a list of 3"),
        ("filesystems", {"/": [1]}, r"filesystems\['/'\]: not a list of 3"),
        ("filesystems", {str(i): [] for i in range(65)}, "filesystems: not an object of at most"),
        ("owners", [], "owners: not an object"),
        ("owners/key", [], "owners: columns of different lengths"),
        ("owners/key", ["x"] * 1001, r"owners\.key: not a list of at most 1000"),
        ("owners/key", [None], r"owners\[0\]\.key: not a text"),
        ("owners/born_ms", [None], r"owners\[0\]\.born_ms: not a whole number"),
        ("owners/cpu_ticks", [[1, None, 1]], r"owners\[0\]\.cpu_ticks: values that are not whole"),
        ("owners/resident_kb", [[1]], r"owners\[0\]\.resident_kb: not a list of 3"),
        ("processes", {}, "processes: not a text"),
    ],
)
def test_what_is_wrong_is_named(path: str, value: object, message: str):
    with pytest.raises(BatchError, match=message):
        decode(replaced(path, value))


def test_owners_that_differ_only_in_what_cannot_be_printed_become_one():
    twins = [
        Owner(key, born_ms, [1, ticks, LARGEST], [1024, 0, 2048])
        for key, born_ms, ticks in (("a\x01", 9, 2), ("a\x02", 7, 4))
    ]
    [owner] = decode(encode(batch(owners=twins))).owners

    assert (owner.key, owner.born_ms) == ("a\N{REPLACEMENT CHARACTER}", 7)
    assert (owner.cpu_ticks, owner.resident_kb) == ([2, 6, LARGEST], [2048, 0, 4096])


@pytest.mark.parametrize(
    ("segment", "message"),
    [
        ("[]", "processes: not an object"),
        ('{"name": ["x"]}', "processes: columns of different lengths"),
        ('{"name": 1}', r"processes\.name: not a list"),
        ("{", "processes: not JSON"),
    ],
)
def test_a_segment_that_is_none_is_refused(segment: str, message: str):
    with pytest.raises(BatchError, match=message):
        decode_processes(segment)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("owner", None, r"processes\[0\]\.owner: not a text"),
        ("name", "x" * 257, r"processes\[0\]\.name: not a text"),
        ("at", [0, 0], r"processes\[0\]\.at: not rising"),
        ("at", [0, 3], r"processes\[0\]\.at: a sample above the last, 2"),
        ("at", [0, 1, 1, 1], r"processes\[0\]\.at: not a list of at most 3"),
        ("cpu_ticks", [5, -6], r"processes\[0\]\.cpu_ticks: a value below 0"),
        ("resident_kb", [5], r"processes\[0\]\.resident_kb: not a list of 2"),
        ("seen", [None, 1], r"processes\[0\]\.seen: values that are not whole"),
        ("read_kb", [1, "2"], r"processes\[0\]\.read_kb: values that are not whole"),
        ("written_kb", 7, r"processes\[0\]\.written_kb: not a list of 2"),
    ],
)
def test_what_is_wrong_with_a_group_is_named(column: str, value: object, message: str):
    columns = ("cpu_ticks", "resident_kb", "seen", "read_kb", "written_kb")
    group = {name: [0, 0] for name in columns}
    group |= {"owner": "", "name": "make", "at": [0, 1], column: value}

    with pytest.raises(BatchError, match=message):
        decode_processes(json.dumps({name: [part] for name, part in group.items()}), 3)


def test_counters_that_fall_or_begin_unknown_are_odd_and_read_all_the_same():
    told = {
        "owner": [""],
        "name": ["make"],
        "at": [[4, 1, 2]],
        "cpu_ticks": [[5, -3, 4]],
        "resident_kb": [[1, -1, 2]],
        "seen": [[1, 0, 1]],
        "read_kb": [[None, 3, -1]],
        "written_kb": [None],
    }
    [told_group] = read_groups(json.dumps(told), 8)
    [group] = decode_processes(json.dumps(told), 8)

    assert told_group.odd == ("cpu_ticks", "read")
    assert (group.at, group.cpu_ticks, group.seen) == ([4, 5, 7], [5, 2, 6], [1, 1, 2])
    assert group.resident_kb == [2048, 0, 4096]
    assert (group.read_kb, group.written_kb) == ([None, 3072, 2048], [None] * 3)


@pytest.mark.parametrize(
    "text",
    [
        *(b"", b"null", b"[]", b"\xff", b"{" * 100_000, b"[" * 100_000, b'{"version": 1e999}'),
        *(encode(batch()).decode().encode("utf-16"), b"9" * 5000, b" " * (4 * 1024 * 1024 + 1)),
    ],
    ids=lambda text: repr(text[:12]),
)
def test_what_is_no_batch_at_all_is_refused(text: bytes):
    with pytest.raises(BatchError):
        decode(text)


ENCODED = encode(busy_batch(0))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)


@given(st.integers(0, len(ENCODED) - 1))
def test_a_batch_that_is_cut_off_is_refused(length: int):
    with pytest.raises(BatchError):
        decode(ENCODED[:length])


@given(st.integers(0, len(ENCODED) - 1), st.binary(max_size=3))
def test_a_batch_with_something_else_inside_is_refused_or_read(at: int, other: bytes):
    read_or_refuse(ENCODED[:at] + other + ENCODED[at + len(other) :])


@given(st.sampled_from(sorted(told())), JSON)
def test_any_value_in_any_place_is_refused_or_read(key: str, value: object):
    read_or_refuse(json.dumps(told() | {key: value}))


@given(st.binary() | st.text())
def test_anything_at_all_is_refused_or_read(text: bytes | str):
    read_or_refuse(text)


def read_or_refuse(text: bytes | str) -> None:
    """Decoded it can be used: another exception would be an error of this test."""
    try:
        decoded = decode(text)
        decode_processes(decoded.processes, len(decoded.uptime_ms))
    except BatchError:
        return
    encode(decoded)


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("tests \x1b[2J\r\n", "tests �[2J��"),
        ("\udcff", "�"),
        ("größer", "größer"),
    ],
    ids=ascii,
)
def test_names_can_be_printed(name: str, read: str):
    # Anybody may name a process; what cannot be encoded would end a writer, too.
    [owner] = decode(encode(batch(owners=[Owner(name, 0, [0, 0, 0], [0, 0, 0])]))).owners

    assert owner.key == read


def test_a_busy_minute_is_small():
    assert max(bytes_a_sample(busy_batch(seed)) for seed in range(5)) <= BUSY_BYTES
    assert max(bytes_a_sample(quiet_batch(seed)) for seed in range(5)) <= QUIET_BYTES


def test_who_asks_for_no_processes_does_not_decode_them():
    assert decode(replaced("processes", "rubbish")).processes == "rubbish"
