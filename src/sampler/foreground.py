"""`collect` in: a sampler that runs for as long as this process does, out.

For whoever starts processes himself: a service, a container, `nohup … &` and `kill`.
"""

from __future__ import annotations

import os
import signal

from . import pid_file
from .background import start, stop
from .folder import Folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from .options import StartOptions

_ENDINGS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_LOOK_SECONDS = 1.0


def collect(options: StartOptions, words: Sequence[str]) -> None:
    """Until a signal ends it, or the sampler has ended; `words` are the options as given.

    What nohup has ignored stays so. Another's sampler, which runs already, is left alone.
    """
    endings = [number for number in _ENDINGS if signal.getsignal(number) != signal.SIG_IGN]
    signal.pthread_sigmask(signal.SIG_BLOCK, endings)
    folder = Folder(os.environ, options.folder)
    earlier = pid_file.read(folder.pid)
    start(options, words)
    ours = None if earlier and earlier.is_alive() else pid_file.read(folder.pid)
    while ours and ours.is_alive():
        if signal.sigtimedwait(endings, _LOOK_SECONDS):
            stop(folder)
