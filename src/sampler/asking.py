"""What a sampler in the background listens to, and what it answers: values only."""

from __future__ import annotations

from .signals import SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2

STOP, LEAVE, FLUSH, LOOK = SIGTERM, SIGQUIT, SIGUSR1, SIGUSR2
"""End, with a last sample and the last files; end, and leave those files to who asks; look and
make a batch at once; only look."""

STARTED = "sampling"
"""What it says on standard output when the first sample is taken."""
