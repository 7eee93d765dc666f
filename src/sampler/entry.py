"""Where the file is that a process of ours is started by, from any folder."""

from __future__ import annotations

import os

ENTRY = os.path.join(
    os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__)))),
    *("action", "sampler.py"),
)
