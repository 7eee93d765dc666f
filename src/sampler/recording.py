"""Batches in, one after another; kept small until they are asked for, and written to a file."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Optional

    from ..model.samples import Batch


class Recording:
    """All batches of a run; `problem` says why there is no more in the file than there is."""

    def __init__(self, path: Optional[str]) -> None:
        """`path` is the file in which each batch is to be a line."""
        self._path = path
        self._kept: list[bytes] = []
        self.problem: Optional[str] = None

    def add(self, batch: Batch) -> None:
        """Keep it, and write it."""
        import zlib  # with json, not before there is a batch

        from ..model.batches import encode

        encoded = encode(batch)
        if self._path and not self.problem:
            self._write(self._path, encoded)
        self._kept.append(zlib.compress(encoded))

    def batches(self) -> Iterator[Batch]:
        """All of them again."""
        import zlib

        from ..model.batches import decode

        return (decode(zlib.decompress(kept)) for kept in self._kept)

    def _write(self, path: str, encoded: bytes) -> None:
        """A line; the file of an earlier run makes way."""
        try:
            with open(path, "ab" if self._kept else "wb") as file:
                file.write(encoded + b"\n")
        except OSError as exc:
            self.problem = f"--samples: {exc}"
