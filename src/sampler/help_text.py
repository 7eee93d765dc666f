"""A command's name in; what its --help says, out: an overview of all that fits a screen, too."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Optional

_PROGRAM = "python3 -I -S action/sampler.py"

_OVERVIEW = f"""\
What a machine and its processes do: CPU time, memory, disk and network.

  {_PROGRAM} run -- make -j8
  {_PROGRAM} COMMAND --help

  run                    run a command; what it used is told when it has ended
  start, stop, status    sample in the background
  collect                sample in the foreground, for services and containers
  init, finalize         begin and end a job: documents, logs and a table
  step, stage, failure   mark what happens in it
  summary, baseline      the table so far; what later builds are compared with
  summarize              a summary in Markdown and a report in HTML, afterwards
  push                   send what was sampled to a frontend
  begin, finish          what the GitHub Action does before and after a job

Steps of a job, in a shell; each function is a command of the same name:

  . action/telemetry.sh
  telemetry_init build; telemetry_step_start compile
  make
  telemetry_step_end compile; telemetry_finalize

All but `run` keep their files in --dir DIR, or else in TELEMETRY_DIR, or
RUNNER_TEMP/telemetry, or /tmp/telemetry; what fails in them costs a line, never
the exit code; TELEMETRY_ENABLED=false has them do nothing.
"""

_SAMPLING = """\
  --interval SECONDS    how often to look (1; fractions are fine);
                        --sampling-rate is the same
  --proc-path FOLDER    where /proc is (/proc; a container may have its host's
                        at /host/proc)
  --output-file FILE    the raw samples, a line of JSON each
                        (DIR/telemetry.jsonl)
  --size-limit MIB      of each file of samples; then they are thinned (64)
"""

_WHOSE = """\
While a step runs, CPU, memory, disk and network are the whole machine's, whoever
used them; where one shell begins and ends a step, the CPU time of that shell and
of all that it waited for is told apart.
"""

_TOLD = """\
  --github-summary FILE    the summary in Markdown; added to GITHUB_STEP_SUMMARY
  --html FILE              the report in HTML
  --generate-chart false   leave diagrams out of the summary
"""

_HELP = {
    "run": """\
run [OPTIONS] [--] COMMAND [ARGUMENT ...]

COMMAND runs in the foreground, as it would without this; its exit code is the
exit code. What it used is told on standard error when it has ended.

  --interval SECONDS   how often to look (1; fractions are fine)
  --json FILE          what is told, as JSON: the names are below
  --samples FILE       all that was seen, a batch of samples a line
  --proc-path FOLDER   where /proc is (/proc; a container may have its host's at
                       /host/proc)
""",
    "start": f"""\
start [OPTIONS]

Sample in the background until `stop`. What an earlier session left makes way.

{_SAMPLING}""",
    "collect": f"""\
collect [OPTIONS]

Sample in the foreground, until a signal ends it: for services and containers.

{_SAMPLING}""",
    "stop": """\
stop

Take the last sample, write the last files.
""",
    "status": """\
status

Say whether a sampler runs, and what it has written.
""",
    "init": f"""\
init [JOB [VERSION]] [OPTIONS]

Begin a job; start a sampler until `finalize`, if none runs. Of a job that was not
finalized nothing is told in the next one.

{_SAMPLING}""",
    "step": f"""\
step start NAME
step end NAME [--status success|failure|warning]

Begin and end a step; a box tells what it used at its end. Steps may overlap.

{_WHOSE}""",
    "stage": """\
stage NAME
stage NAME --status success|failure|warning [--message WORDS]

Begin and end a stage, quietly: stages are in `metrics.json`, in `build-stages.log`
and, apart from steps, in the table.
""",
    "failure": """\
failure STAGE REASON [--code CODE]

Tell what failed, and why; CODE is an exit code or a word.
""",
    "finalize": """\
finalize [--packages-built N] [--packages-failed N]

Write the documents and logs, print a table and what has got worse since the
baseline. SAVE_BASELINE=true saves this build as the baseline.
""",
    "summary": f"""\
summary [--csv | --json]

The table so far; a line of CSV a step; or the whole in a few figures.

{_WHOSE}""",
    "baseline": """\
baseline save
baseline check

`save` has later builds compared with this one, unless it failed; `check` tells how
this one compares: 20 % more time or memory is a regression.
""",
    "summarize": f"""\
summarize [--input-file FILE] [OPTIONS]

Afterwards, anywhere: tell of a session, or of FILE, of raw samples or of batches.
The rows are a runner's steps; else the steps that were marked.

{_TOLD}""",
    "push": """\
push [--last]

Send what the frontend in TELEMETRY_PUSH_URL has not got; with --last for a second
at most. The exit code tells whether to try again.
""",
    "begin": f"""\
begin [--artifact NAME] [OPTIONS]

As `start`; prints what later steps of the job are to know, for GITHUB_ENV.

{_SAMPLING}""",
    "finish": f"""\
finish [OPTIONS]

`stop`, `summarize` and `push --last` in one process, for a job waits for it.

{_TOLD}""",
}

_WITH_COMMAND = "run"  # the only one that keeps no files in a folder, too
_OPTIONS = frozenset({"--help", "-h"})
_END = "--"
_FOLDER = "\nThe files are in --dir DIR, or where `sampler.py --help` says.\n"


def help_text(command: Optional[str] = None) -> str:
    """Of a command, or the overview."""
    if command is None:
        return _OVERVIEW
    usage, _, rest = _HELP[command].partition("\n\n")
    called = usage.replace("\n", "\n       sampler.py ")
    more = _names() if command == _WITH_COMMAND else _FOLDER
    return f"usage: sampler.py {called}\n\n{rest}{more}"


def asked_for(words: Sequence[str]) -> Optional[str]:
    """The help that these words ask for: `run --help`, `help run`; None where they ask for none."""
    if not words or words[0] in {*_OPTIONS, "help"}:
        return help_text(next((word for word in words[1:2] if word in _HELP), None))
    if words[0] not in _HELP:
        return None
    ours = words[1 : words.index(_END)] if _END in words else words[1:]
    # What comes later may be a value, a name or another command's option.
    ours = ours[: 1 if words[0] == _WITH_COMMAND else 2]
    return None if _OPTIONS.isdisjoint(ours) else help_text(words[0])


def _names() -> str:
    """The names in --json, with their units and meanings."""
    from .used import FIGURES

    width = max(len(figure.name) for figure in FIGURES)
    rows = (
        f"  {figure.name:{width}}  {f'{figure.unit}: ' if figure.unit else ''}{figure.meaning}\n"
        for figure in FIGURES
    )
    return "\nIn the JSON, null being unknown:\n\n" + "".join(rows)
