"""Names that mean no good, through the whole path: what is not refused is text, wherever it is.

Steps, jobs and runners are named by whoever writes a workflow or has a machine; owners, processes,
disks and mount points by whatever runs there.
"""

import json
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from src.model.batches import encode, encode_processes
from src.model.printable import printable
from src.model.samples import READ_SECTORS, Batch, ProcessGroup
from src.simulate.deliveries import Delivery
from tests.backend.bodies import NOW, REPOSITORY, STEPS, job_body, run_body
from tests.backend.sampled import batches
from tests.frontend.sampled import KEY, signing
from tests.insights.stack import ROOT
from tests.integration.processes import environment
from tests.integration.readings import newest
from tests.integration.stack import Stack
from tests.sampler.test_html import Parsed

STEERING = "line\nbreak\r\nrow", "\x1b[2J\x1b]0;title\a", "\x9b2J", "nul\0", "\u202eturned"
ASKING = '"; .drop table customEvents; //', "' | union customEvents", '" or true | take 1 //'
NAMES = (
    *("../../../escape", "/etc/passwd", "..", ".", "a\\..\\b", "%2e%2e%2fescape", "C:\\con"),
    *("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</title><svg onload=x>"),
    *ASKING,
    *STEERING,
    *("=cmd|' /C calc'!A0", "${{ secrets.KEY }}", "::error::x", "`id`$(id)", "%s%n{0}"),
    *("", " ", "日本語", "w" * 256),
)
pytestmark = pytest.mark.slow

RUN_ID, FIRST_JOB = 301, 7_000
OTHER_RUN_ID, OTHER_JOB = 302, 8_000
JOB_IDS = {name: FIRST_JOB + number for number, name in enumerate(NAMES)}
GREEDY_JOB, TOO_MANY = 9_000, 400
COMMAND_SECONDS = 30


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One that was told of a job of each name by all that has a name; none of it is refused."""
    made = Stack(tmp_path_factory.mktemp("home"))
    made.settings["SAMPLES_KEYS"] = f"{REPOSITORY['id']}:{KEY.decode()}"
    try:
        made.start()
        with httpx.Client(trust_env=False) as client:
            for name, job_id in JOB_IDS.items():
                for batch in _batches(name, job_id):
                    answer = _send(client, made, batch)
                    assert answer.status_code == 202, (name, answer.text)
        made.take([*(_completed(name) for name in NAMES), _delivery(run_body(id=RUN_ID))])
        yield made
    finally:
        made.end()


def _batches(name: str, job_id: int) -> list[Batch]:
    """All that they name has this name."""
    made = batches(2, sampler=f"{job_id:x}")
    for batch in made:
        count = len(batch.time_ms)
        batch.job = {"run_id": RUN_ID, "job_id": job_id, "runner_name": name}
        batch.host.filesystems = {name: 1 << 20}
        batch.host.system = name
        batch.filesystems = {name: [1 << 10] * count}
        batch.disks = {name: {READ_SECTORS: [0] * count}}
        [owner] = batch.owners
        owner.key = name
        batch.processes = encode_processes([_process(name, batch)])
    return made


def _send(client: httpx.Client, stack: Stack, batch: Batch) -> httpx.Response:
    body = encode(batch)
    headers = signing(body, x_telemetry_key=str(REPOSITORY["id"]))
    return client.post(f"{stack.url}/samples", content=body, headers=headers)


def _process(name: str, batch: Batch) -> ProcessGroup:
    """All that the owner's."""
    count = len(batch.time_ms)
    ticks, held_kb = batch.owners[0].cpu_ticks, batch.owners[0].resident_kb
    return ProcessGroup(
        *(name, name),
        at=range(count),
        cpu_ticks=ticks,
        resident_kb=held_kb,
        seen=[1] * count,
        read_kb=[None] * count,
        written_kb=[None] * count,
    )


def _completed(name: str) -> Delivery:
    steps = [{**step, "name": name} for step in STEPS]
    job_id = JOB_IDS[name]
    return _delivery(
        job_body(id=job_id, name=name, runner_name=name, head_branch=name, steps=steps)
    )


def _delivery(body: dict[str, Any]) -> Delivery:
    event = "workflow_run" if "workflow_run" in body else "workflow_job"
    return Delivery(NOW, event, str(uuid.uuid4()), json.dumps(body).encode())


def _said(stack: Stack, *words: str) -> str:
    """By a command of ours to who has no terminal."""
    ended = subprocess.run(
        [sys.executable, "-m", "src", *words],
        cwd=ROOT,
        env=environment(**stack.settings),
        capture_output=True,
        timeout=COMMAND_SECONDS,
        check=True,
    )
    return ended.stdout.decode()


# --- tables -------------------------------------------------------------------------------------


def _steps(stack: Stack) -> list[dict[str, Any]]:
    rows = newest(stack.tables, "WorkflowSteps").values()
    return [row for row in rows if row["workflow_run_id"] == str(RUN_ID)]


def test_rows_have_each_name_as_it_is(stack: Stack):
    rows = _steps(stack)
    steps = {(int(row["job_id"]), row["step_number"]): row["step_name"] for row in rows}

    assert steps == {
        (job_id, step["number"]): name or None for name, job_id in JOB_IDS.items() for step in STEPS
    }


def test_processes_are_told_by_names_that_can_be_printed(stack: Stack):
    rows = _steps(stack)
    leaders = {
        int(r["job_id"]): json.loads(r["top_processes"]) for r in rows if r["step_number"] == 2
    }

    assert {job_id: told[0][0] for job_id, told in leaders.items()} == {
        job_id: printable(name) for name, job_id in JOB_IDS.items()
    }


def test_a_machine_is_told_by_names_that_can_be_printed(stack: Stack):
    found = stack.tables.ask(
        f'RunnerSamples() | where workflow_run_id == "{RUN_ID}"'
        ' | where metric == "system.filesystem.utilization"'
        " | distinct job_id, runner_name, part"
    )
    told = {int(row["job_id"]): (row["runner_name"], row["part"]) for row in found}

    assert told == {job_id: (printable(name), printable(name)) for name, job_id in JOB_IDS.items()}


@pytest.mark.parametrize("name", ASKING, ids=ascii)
def test_a_name_is_no_part_of_any_question(stack: Stack, name: str):
    """Who asks for it by name gets it, and nothing else."""
    found = stack.tables.ask(f"WorkflowJobs() | where job_name == {json.dumps(name)}")

    assert [int(row["job_id"]) for row in found] == [JOB_IDS[name]]


def test_a_table_of_answers_steers_no_terminal(stack: Stack):
    question = f'WorkflowSteps() | where workflow_run_id == "{RUN_ID}"'
    said = _said(stack, "query", f"{question} | project job_id, step_name, top_processes")

    assert len(said.splitlines()) == 1 + len(NAMES) * len(STEPS)
    assert all(character.isprintable() for line in said.split("\n") for character in line)


@pytest.mark.parametrize("name", ["../../../escape", "日" * 64, "</script>"], ids=ascii)
def test_a_job_is_found_by_its_runner_s_name_whatever_that_is(stack: Stack, name: str):
    job_id = OTHER_JOB + len(name)
    with httpx.Client(trust_env=False) as client:
        for batch in _batches(name, job_id):
            del batch.job["job_id"]
            batch.job["run_id"] = OTHER_RUN_ID
            assert _send(client, stack, batch).status_code == 202
    body = job_body(id=job_id, run_id=OTHER_RUN_ID, runner_name=name)  # type: ignore[arg-type]
    stack.take([_delivery(body)])

    rows = newest(stack.tables, "WorkflowJobs").values()
    assert [row["samples"] for row in rows if row["job_id"] == str(job_id)] == ["complete"]


# --- too many -----------------------------------------------------------------------------------


def test_batches_without_end_cost_their_own_job_alone(stack: Stack):
    """Each by a sampler that nobody has heard of; what was kept of an hour may be sent at once."""
    began = time.monotonic()
    with httpx.Client(trust_env=False) as client:
        answers = [_send(client, stack, _alone(number)) for number in range(1, 1 + TOO_MANY)]
        took_seconds = time.monotonic() - began
        [other, *_] = _batches("beside", GREEDY_JOB + 1)
        assert _send(client, stack, other).status_code == 202
    statuses = [answer.status_code for answer in answers]
    stack.take([_delivery(job_body(id=GREEDY_JOB, run_id=OTHER_RUN_ID))])

    assert 300 <= statuses.count(202) <= 300 + took_seconds + 2
    assert set(statuses[:300]) == {202}
    assert set(statuses) == {202, 429}
    assert all(int(a.headers["retry-after"]) > 0 for a in answers if a.status_code == 429)
    rows = newest(stack.tables, "WorkflowJobs").values()
    assert [row["samples"] for row in rows if row["job_id"] == str(GREEDY_JOB)] == ["partial"]


def _alone(number: int) -> Batch:
    """A few samples, and all that this sampler has."""
    batch = batches()[0]
    batch.job = {"run_id": OTHER_RUN_ID, "job_id": GREEDY_JOB}
    batch.sampler, batch.sequence, batch.final = f"{number:x}", 0, True
    return batch


# --- archive ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [None, *STEERING], ids=ascii)
def test_show_steers_no_terminal(stack: Stack, name: str | None):
    job = () if name is None else ("--job", str(JOB_IDS[name]))
    said = _said(stack, "show", str(RUN_ID), *job)

    assert all(character.isprintable() for line in said.split("\n") for character in line)


def test_a_page_has_them_as_text(stack: Stack, tmp_path: Path):
    file = tmp_path / "run.html"
    _said(stack, "show", str(RUN_ID), "--html", str(file))
    page = Parsed(file.read_text(encoding="utf-8"))

    assert "<script>alert(1)</script>" in page.told("code")
    for tag, attributes in page.elements:
        assert tag not in {"img", "iframe", "object", "embed", "base", "form", "link"}
        assert not {"src", "style", "onload", "onerror", "onclick"} & attributes.keys()
        assert str(attributes.get("href", "#")).startswith(("#", "https://github.com/"))


def test_files_lie_where_ours_do(stack: Stack):
    """Whatever is called `..` or `/etc/passwd`."""
    folders = {path.name for path in stack.home.iterdir()}
    keys = [path.relative_to(stack.home) for path in stack.home.rglob("*")]

    assert not list(stack.home.parent.glob("escape*"))
    assert folders == {"insights.duckdb", "logs", "objects", "queue.sqlite", *_side_files(folders)}
    assert not any("escape" in key.name and "%2F" not in key.name for key in keys)


def _side_files(folders: set[str]) -> set[str]:
    """What databases have beside them."""
    return {name for name in folders if name.startswith(("insights.duckdb", "queue.sqlite"))}


def test_nothing_was_too_much_for_the_worker(stack: Stack):
    log = stack.backend.log.read_text(encoding="utf-8")

    assert "Traceback" not in log
    assert stack.depth() == 0
    assert _poisoned(stack) == []


def _poisoned(stack: Stack) -> list[Any]:
    return json.loads(_said(stack, "poison", "list", "--json"))
