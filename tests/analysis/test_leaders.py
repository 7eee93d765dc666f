from __future__ import annotations

from src.analysis.leaders import leaders
from src.analysis.usage import ProcessUse, Usage
from tests.analysis.used import GIB, MIB, used


def process(name: str, cpu_seconds: float, memory_bytes: int) -> ProcessUse:
    return ProcessUse(name, 1, cpu_seconds, memory_bytes, None, None)


RUSTC, LD, JAVA = process("rustc", 150, GIB), process("ld", 30, GIB), process("java", 31, 4 * GIB)
SHELL = process("bash", 0.1, 4 * MIB)


def test_they_are_in_the_order_of_cpu_and_each_once():
    usage = used(top_by_cpu=(RUSTC, JAVA, LD), top_by_memory=(JAVA, RUSTC))
    assert leaders(usage) == [RUSTC, JAVA, LD]
    mixed = used(top_by_cpu=(RUSTC, LD), top_by_memory=(JAVA, RUSTC))
    assert leaders(mixed) == [RUSTC, JAVA, LD]


def test_who_did_next_to_nothing_is_left_out_but_not_who_held_memory():
    holder = process("cache", 0.0, 2 * GIB)
    usage = used(top_by_cpu=(RUSTC, SHELL), top_by_memory=(holder, SHELL))
    assert leaders(usage) == [RUSTC, holder]


def test_where_the_whole_is_unknown_all_are_told():
    assert leaders(Usage(top_by_cpu=(RUSTC, SHELL))) == [RUSTC, SHELL]
