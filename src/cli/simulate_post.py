"""A simulated day in; its deliveries and its samples posted, and a table of the answers, out."""

import click

from ..simulate.days import Day
from ..simulate.deliveries import Delivery
from ..simulate.plan import Run
from ..simulate.pushes import in_order, pushes
from ..simulate.sampled_jobs import sampled_jobs
from .answer_table import all_taken, print_answers
from .deliver import Reply, Target, deliver
from .running import as_running
from .sampler_keys import HOW_TO_GET_KEYS, known_keys
from .stack_settings import known_secret, stack_settings


def post_day(day: Day, url: str, per_second: float | None) -> None:
    """Post it as it came, at most so many requests a second; no URL means this machine's webhook.

    Samples need a key of their repository's; exit code 1 where anything was refused.
    """
    target = _target(url)
    sampled = [run for run in day.planned if run.origin.card.repository.id in target.keys]
    if not sampled:
        click.echo(f"Without samples, since no key for them is known. {HOW_TO_GET_KEYS}", err=True)
    replies = _post(day, sampled, target, per_second)
    print_answers(replies)
    if not all_taken(replies):
        raise SystemExit(1)


def _target(url: str) -> Target:
    settings = stack_settings()
    secret = known_secret(settings)
    if not secret:
        raise click.ClickException("no secret: set GITHUB_WEBHOOK_SECRET as the webhook has it")
    return Target(url or _known_url(), secret.encode(), known_keys(settings))


def _meant(target: Target) -> str:
    """Where the webhook is, or should be."""
    known = _known_url()
    return f"is it {known}?" if known != target.url else "`python -m src up` starts one"


def _known_url() -> str:
    return as_running(stack_settings(), host="host", port="port").webhook_url


def _post(day: Day, sampled: list[Run], target: Target, per_second: float | None) -> list[Reply]:
    """All answers; where the first has none, nobody is there."""
    replies: list[Reply] = []
    posts = in_order(day.deliveries, pushes(sampled_jobs(sampled)))
    with click.progressbar(length=len(day.deliveries), label="Posting a day") as shown:
        for reply in deliver(posts, target, per_second):
            if not replies and reply.status is None:
                where = f"{target.url} does not answer ({reply.said})"
                raise click.ClickException(f"{where}: {_meant(target)}")
            replies.append(reply)
            shown.update(isinstance(reply.delivery, Delivery))
    return replies
