"""What --help says: every command, its options and its names."""

from __future__ import annotations

_HELP = """\
What a machine and each of its processes do, in CPU time, memory, disk and network.

  python3 -I -S action/sampler.py run [OPTIONS] [--] COMMAND [ARGUMENT ...]

COMMAND runs in the foreground, as it would without this; its exit code is the exit code. What it
used is told on standard error when it has ended.

  --interval SECONDS   how often to look (1; fractions are fine)
  --json FILE          what is told, as JSON: the names are below
  --samples FILE       all that was seen, a batch of samples a line
  --proc-path FOLDER   where /proc is (/proc; a container may have its host's at /host/proc)

In the background; whatever fails costs a line and never the exit code, which is 0:

  start [OPTIONS]      sample until `stop`; what an earlier session left makes way
    --interval, --proc-path  as above; --sampling-rate is the same as --interval
    --output-file FILE       the raw samples, a line of JSON each (DIR/telemetry.jsonl)
    --dir DIR                where all files go (TELEMETRY_DIR, or RUNNER_TEMP/telemetry,
                             or /tmp/telemetry)
    --size-limit MIB         of each file of samples; then they are thinned (64)
  collect [OPTIONS]    the same in the foreground, until a signal ends it
  stop [--dir DIR]     take the last sample, write the last files
  status [--dir DIR]   say what is going on

Steps and stages that you name; all of this is also in action/telemetry.sh, as shell functions:

  init [JOB [VERSION]]      start a sampler, if none runs, until `finalize`
  step start NAME           begin a step; what it used is told in a box at its end
  step end NAME [--status STATUS]
  stage NAME                begin a stage, quietly
  stage NAME --status success|failure|warning [--message WORDS]
  failure STAGE REASON [--code CODE]
  finalize [--packages-built N] [--packages-failed N]
                            write the documents and logs, print a table and what has got worse
  summary [--csv | --json]  the table so far, a line of CSV a step, or the whole in a few figures
  baseline save             what later builds are compared with; not of a build that failed
  baseline check            how this one compares: 20 % more time or memory is a regression

Afterwards, anywhere:

  summarize [--dir DIR | --input-file FILE] [--github-summary FILE] [--html FILE]
                            a summary in Markdown, a report in HTML; FILE is of raw samples or
                            of batches; --generate-chart false leaves diagrams out
  push [--last]             send what the frontend has not got (TELEMETRY_PUSH_URL)

What the Action does, each in one process, for a job waits for it:

  begin [--artifact NAME]   `start`; prints what later steps are to know, for GITHUB_ENV
  finish                    `stop`, `summarize` and `push --last`, with their options

TELEMETRY_ENABLED=false has all of them do nothing, but for `run`; SAVE_BASELINE=true has `finalize`
save the baseline.

"""


def help_text() -> str:
    """All of it."""
    return _HELP + _names()


def _names() -> str:
    """The names in --json, with their units and meanings."""
    from .used import FIGURES

    width = max(len(figure.name) for figure in FIGURES)
    rows = (
        f"  {figure.name:{width}}  {f'{figure.unit}: ' if figure.unit else ''}{figure.meaning}\n"
        for figure in FIGURES
    )
    return "In the JSON of `run`, null being unknown:\n\n" + "".join(rows)
