"""Our samples alone, one a second, nothing written: `python -I -S bench/sampler_alone.py ROOT`.

What a sampler does but for its files; ROOT is the checkout. It ends by a signal.
"""

import sys
import time

if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    from src.sampler.assembly import collector
    from src.sampler.proc.pid_environ import parse_variable

    sampled = collector("/proc", 1.0, lambda text: parse_variable(text, b"GITHUB_ACTION"))
    following = time.monotonic()
    while True:
        sampled.sample()
        following += 1.0
        time.sleep(max(0.0, following - time.monotonic()))
