"""The named tuples are as typing's, and the judge starts without typing."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple as OfTyping

import pytest

from src.model.named_tuples import NamedTuple

ROOT = Path(__file__).parents[2]


class Span(NamedTuple):
    """From one moment to another."""

    start: int
    end: int = 5

    @property
    def length(self) -> int:
        """How long it is."""
        return self.end - self.start

    def moved(self, by: int) -> Span:
        """Elsewhere, as long."""
        return Span(self.start + by, self.end + by)


class Like(OfTyping):
    start: int
    end: int = 5


def test_fields_defaults_methods_and_properties_are_the_classs():
    assert Span(2) == (2, 5) == Span(start=2, end=5)
    assert (Span(2).length, Span(2).moved(1), Span(2)._replace(end=3)) == (3, (3, 6), (2, 3))
    assert Span.__doc__ == "From one moment to another."


def test_it_is_what_typing_makes_of_it():
    assert Span._fields == Like._fields
    assert Span._field_defaults == Like._field_defaults
    assert repr(Span(2)).replace("Span", "") == repr(Like(2)).replace("Like", "")
    assert Span.__bases__ == Like.__bases__ == (tuple,)
    assert Span.__module__ == Like.__module__ == __name__
    assert not hasattr(Span(2), "__dict__")


def test_too_few_values_and_unknown_names_are_errors():
    with pytest.raises(TypeError):
        Span()
    with pytest.raises(TypeError):
        Span(1, middle=2)


def test_it_can_be_pickled(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, __name__, sys.modules[Span.__module__])
    assert pickle.loads(pickle.dumps(Span(2))) == Span(2)  # noqa: S301 -- its own


def test_the_judge_starts_without_what_would_double_its_start():
    source = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); import src.analysis.judge;"
        "print({'typing', 'dataclasses', 'inspect', 'datetime', 'logging'} & set(sys.modules))"
    )
    command = [sys.executable, "-I", "-S", "-c", source]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"
