"""Any batch, as Hypothesis makes them; and values with slots, made comparable."""

from hypothesis import strategies as st

from src.model.batches import encode_processes
from src.model.samples import COLUMNS, DISK_COLUMNS, Batch, Host, Owner, ProcessGroup

NUMBERS = st.integers(0, 2**62)
SMALL = st.integers(0, 5000)
NAMES = st.text(st.characters(exclude_categories=("C", "Z")), max_size=8)


def plain(value: object) -> object:
    """The same as dicts, lists and scalars."""
    if slots := getattr(value, "__slots__", None):
        return {name: plain(getattr(value, name)) for name in slots}
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    return [plain(part) for part in value] if isinstance(value, (list, tuple, range)) else value


def columns_of(count: int) -> st.SearchStrategy[list[int | None]]:
    values = st.none() | NUMBERS | SMALL
    return st.lists(values, min_size=count, max_size=count)


def known_of(count: int) -> st.SearchStrategy[list[int]]:
    return st.lists(NUMBERS | SMALL, min_size=count, max_size=count)


@st.composite
def rising(draw: st.DrawFn, count: int, most: int) -> list[int]:
    return sorted(draw(st.sets(st.integers(0, most), min_size=count, max_size=count)))


@st.composite
def groups_of(draw: st.DrawFn, samples: int) -> ProcessGroup:
    at = sorted(draw(st.sets(st.integers(0, samples - 1)))) if samples else []
    known, column = known_of(len(at)), columns_of(len(at))
    return ProcessGroup(
        draw(NAMES),
        draw(NAMES),
        at=at,
        cpu_ticks=draw(known),
        resident_kb=draw(known),
        seen=draw(known),
        read_kb=draw(column),
        written_kb=draw(column),
    )


@st.composite
def hosts(draw: st.DrawFn) -> Host:
    return Host(
        cpus=draw(st.integers(1, 256)),
        memory_total_kb=draw(NUMBERS),
        interval_ms=draw(st.integers(1, 60_000)),
        boot_id=draw(NAMES),
        cpu_limit_cores=draw(st.none() | st.sampled_from([0.25, 2.0, 64.0])),
        memory_limit_kb=draw(st.none() | NUMBERS),
        swap_total_kb=draw(st.none() | NUMBERS),
        filesystems=draw(st.dictionaries(NAMES, NUMBERS, max_size=2)),
        is_container=draw(st.booleans()),
        system=draw(NAMES),
    )


@st.composite
def batches(draw: st.DrawFn) -> Batch:
    """Valid ones, however odd."""
    count = draw(st.integers(0, 6))
    column, known = columns_of(count), known_of(count)
    uptime_ms = draw(rising(count, 2**40))
    clock_ms = draw(st.lists(NUMBERS, min_size=count, max_size=count))
    keys = draw(st.lists(NAMES, unique=True, max_size=3))
    return Batch(
        sampler=draw(st.text("0123456789abcdef", min_size=1, max_size=32)),
        sequence=draw(NUMBERS),
        host=draw(hosts()),
        time_ms=[clock + uptime for clock, uptime in zip(clock_ms, uptime_ms, strict=True)],
        uptime_ms=uptime_ms,
        final=draw(st.booleans()),
        job=draw(st.fixed_dictionaries({}, optional={"host": NAMES, "job_id": NUMBERS})),
        columns=draw(st.fixed_dictionaries({}, optional=dict.fromkeys(COLUMNS[::4], column))),
        disks=draw(
            st.dictionaries(
                NAMES,
                st.fixed_dictionaries({}, optional=dict.fromkeys(DISK_COLUMNS, column)),
                max_size=2,
            )
        ),
        filesystems=draw(st.dictionaries(NAMES, column, max_size=2)),
        owners=[Owner(key, draw(NUMBERS), draw(known), draw(known)) for key in keys],
        processes=encode_processes(draw(st.lists(groups_of(count), max_size=3))),
    )
