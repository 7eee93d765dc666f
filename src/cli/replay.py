"""`replay`: recorded bodies in, signed deliveries to a webhook and a table of its answers out."""

from pathlib import Path

import click


@click.command(
    epilog="""\b
Examples:
  python -m src replay delivery.json
  python -m src replay recordings/ --url http://127.0.0.1:8080/webhook --rate 20
"""
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--url", help="The webhook.  [default: that of `up`, or PORT here]")
@click.option("--secret", help="Its secret.  [default: GITHUB_WEBHOOK_SECRET, or that of `up`]")
@click.option("--rate", type=click.FloatRange(min=0, min_open=True), help="Deliveries a second.")
def command(
    paths: tuple[Path, ...], url: str | None, secret: str | None, rate: float | None
) -> None:
    """Sign and post the recorded deliveries in PATHS: files, or folders of files.

    A file's event is told by its name, its folder or its content. The samples of a folder that
    `simulate --samples` wrote are left alone: `simulate --url` posts both. Exit code 1 where any
    delivery was refused or not answered.
    """
    from .answer_table import all_taken, print_answers
    from .deliver import Target, deliver
    from .recorded import UnreadableRecordingError, find_files, read_deliveries
    from .running import as_running
    from .stack_settings import known_secret, stack_settings

    settings = as_running(stack_settings(), host="host", port="port")
    secret = secret or known_secret(settings)
    if not secret:
        raise click.ClickException("no secret: set GITHUB_WEBHOOK_SECRET, or give --secret")
    target = Target(url or settings.webhook_url, secret.encode())
    files = find_files(paths)
    if not files:
        raise click.ClickException("no .json or .jsonl file in there")
    try:
        with click.progressbar(files, label="Replaying", show_pos=True) as progress:
            replies = list(deliver(read_deliveries(progress), target, rate))
    except UnreadableRecordingError as exc:
        raise click.ClickException(str(exc)) from exc
    if replies and not any(r.status for r in replies):
        where = f"{target.url} does not answer ({replies[0].said})"
        raise click.ClickException(f"{where}: name the webhook by --url, or by its PORT")
    print_answers(replies)
    if not all_taken(replies):
        raise SystemExit(1)
