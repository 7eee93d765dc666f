"""What a sink promises, whatever it writes to."""

from typing import Protocol

from ..rows import Rows


class Sink(Protocol):
    """Somewhere that rows go."""

    async def emit(self, rows: Rows) -> None:
        """Return when the sink has every row; the same rows may come again.

        Raises:
            SinkUnavailableError: it does not have all of them; send all again later.
            SinkRefusedError: it does not have all of them, and never will.
        """

    async def close(self) -> None:
        """Let go of connections and files."""
