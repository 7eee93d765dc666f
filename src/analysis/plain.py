"""Named tuples in; the same as objects and lists that JSON can hold, out; and back.

A field is called in JSON what it is called in Python, so that a reader of either knows the other.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Mapping, TypeVar

    Made = TypeVar("Made")


def plain(value: Any) -> Any:
    """Named tuples as objects, other tuples as lists; whatever is in them too."""
    if not isinstance(value, tuple):
        return value
    parts = [*map(plain, value)]
    return dict(zip(value._fields, parts)) if hasattr(value, "_fields") else parts


def made(kind: type[Made], told: Mapping[str, Any], **readers: Callable[[Any], object]) -> Made:
    """The named tuple of this kind; `readers` make of what is told the fields that are no values.

    A field that an older writer did not know has its default, what a newer one knows besides is
    passed over.

    Raises:
        KeyError, TypeError: it was not told by `plain`.
    """
    names: tuple[str, ...] = kind._fields  # type: ignore[attr-defined]
    found = {name: told[name] for name in names if name in told}
    for name, reader in readers.items():
        if found.get(name) is not None:
            found[name] = reader(found[name])
    return kind(**found)


def several(reader: Callable[[Any], Made]) -> Callable[[Any], tuple[Made, ...]]:
    """A reader of lists of what this one reads."""
    return lambda told: tuple(map(reader, told))
