"""`NamedTuple` as typing has it, without typing: importing that takes as long as all of the judge.

    class Span(NamedTuple):
        start_ms: int
        end_ms: int = 0

Fields are the annotations, in their order, and need `from __future__ import annotations`; methods,
properties and defaults are as in the class. To a type checker it is typing's.
"""

from __future__ import annotations

from collections import namedtuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple  # noqa: PLC0414 -- told on to type checkers
else:

    class _Named(type):
        """Makes of a class's annotations a tuple's fields."""

        def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict) -> type:  # noqa: ARG004 -- a metaclass's signature
            fields = namespace.pop("__annotations__", {})
            defaults = [namespace.pop(field) for field in fields if field in namespace]
            made = namedtuple(  # noqa: PYI024 -- typing's own is what this is instead of
                name, fields, defaults=defaults, module=namespace["__module__"]
            )
            for key, value in namespace.items():
                if key not in {"__classcell__", "__module__"}:
                    setattr(made, key, value)
            return made

    NamedTuple = type.__new__(_Named, "NamedTuple", (), {})
