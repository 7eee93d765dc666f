"""A job's steps in; the same job run where a test wants it, in other namespaces, out: a script.

unshare … python -m tests.action.contained FOLDER < steps > finished
"""

import pickle
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from tests.action.runner import REPOSITORY, Finished, Runner, Step

LONGEST_SECONDS = 60


def run_within(
    command: Sequence[str],
    folder: Path,
    steps: Sequence[Step],
    env: Mapping[str, str] = MappingProxyType({}),
) -> Finished:
    """What a runner made of the job that `command` starts, as `unshare` and `nsenter` do."""
    ran = subprocess.run(
        [*command, sys.executable, "-m", "tests.action.contained", str(folder)],
        input=pickle.dumps((steps, dict(env))),
        stdout=subprocess.PIPE,
        cwd=REPOSITORY,
        timeout=LONGEST_SECONDS,
        check=True,
    )
    finished: Finished = pickle.loads(ran.stdout)  # noqa: S301 -- our own child's
    return finished


if __name__ == "__main__":
    given_steps, given_env = pickle.load(sys.stdin.buffer)  # noqa: S301 -- our own parent's
    done = Runner(Path(sys.argv[1]), env=given_env).run(given_steps)
    sys.stdout.buffer.write(pickle.dumps(done))
