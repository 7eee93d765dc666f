from __future__ import annotations

import pytest

from src.analysis.amounts import number, say


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (98.4, "%", "98 %"),
        (0.25, "%", "0.25 %"),
        (3.14, "1", "3.1"),
        (40.0, "ms", "40 ms"),
        (0.0, "s", "0 s"),
        (0.42, "s", "0.42 s"),
        (9.6, "s", "10 s"),
        (45.2, "s", "45 s"),
        (59.6, "s", "1 min"),
        (125.0, "s", "2 min 5 s"),
        (3600.0, "s", "1 h"),
        (11_265.0, "s", "3 h 7 min"),
        (0, "By", "0 B"),
        (1023, "By", "1023 B"),
        (1024, "By", "1 KiB"),
        (64.5 * 1024, "By", "64.5 KiB"),
        (700.4 * 1024, "By", "700 KiB"),
        (3.1 * 1024**3, "By", "3.1 GiB"),
        (-600 * 1024, "By", "-600 KiB"),
        (2048 * 1024**4, "By", "2048 TiB"),
        (26 * 1024**2, "By/s", "26 MiB/s"),
        (1, "{core}", "1 core"),
        (0.5, "{core}", "0.5 cores"),
        (4.0, "{core}", "4 cores"),
        (2, "{kill}", "2 kills"),
        (100.4, "{operation}/s", "100 operations/s"),
    ],
)
def test_an_amount_reads_well(value: float, unit: str, words: str):
    assert say(value, unit) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0"),
        (0.004, "0"),
        (0.05, "0.05"),
        (1, "1"),
        (1.04, "1"),
        (0.996, "1"),
        (9.97, "10"),
        (10.6, "11"),
        (1234.5, "1234"),
    ],
)
def test_a_number_is_as_exact_as_one_reads_it(value: float, words: str):
    assert number(value) == words
