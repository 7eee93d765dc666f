"""`poison`: what could not be processed, listed, shown, put back into the queue, or dropped."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

import click
import msgspec

from ..shared.queues.base import Message, Queue
from .poison_listing import Found, Listing, describe, lease_anew, open_listing

EXAMPLES = """\b
Examples:
  python -m src poison list
  python -m src poison show 17
  python -m src poison retry --all
  python -m src poison drop 17 --yes
"""

_NO_QUEUE = """\
there is no queue in {}: no service has used this folder.
GITHUB_TELEMETRY_HOME must be what it is for the backend."""

every = click.option("--all", "every", is_flag=True, help="All that lies there.")


@click.group(epilog=EXAMPLES)
def command() -> None:
    """See what could not be processed, and decide what becomes of it.

    A message becomes poison when it is no event of ours, or when it failed five times while others
    passed. It lies there, intact, until you retry or drop it. The queue is the one that the
    worker's settings name.

    An ID is one that `list` shows, or the message_id that the worker's log names.
    """


@command.command("list", epilog="Example: python -m src poison list --json")
@click.option("--json", "as_json", is_flag=True, help="A list of objects, for scripts.")
def list_(*, as_json: bool) -> None:
    """List what lies there: since when, why, and what it is about."""
    _run(lambda: _list(as_json=as_json))


@command.command(epilog="Example: python -m src poison show 17 --raw > message")
@click.argument("message_id", metavar="ID")
@click.option("--raw", is_flag=True, help="The original's bytes, and nothing else.")
def show(message_id: str, *, raw: bool) -> None:
    """Show one message: why and when it failed, and what is in it."""
    _run(lambda: _show(message_id, raw=raw))


@command.command(epilog="Example: python -m src poison retry 17 18")
@click.argument("message_ids", metavar="[ID]...", nargs=-1)
@every
def retry(message_ids: tuple[str, ...], *, every: bool) -> None:
    """Put messages back into the queue, their attempts forgotten."""
    _check_choice(message_ids, every=every)
    _run(lambda: _retry(message_ids))


@command.command(epilog="Example: python -m src poison drop 17 --yes")
@click.argument("message_ids", metavar="[ID]...", nargs=-1)
@every
@click.option("--yes", is_flag=True, help="Yes, for good: nothing is dropped without it.")
def drop(message_ids: tuple[str, ...], *, every: bool, yes: bool) -> None:
    """Delete messages for good."""
    _check_choice(message_ids, every=every)
    if not yes:
        raise click.UsageError("This deletes for good: say --yes. (`show ID --raw` keeps a copy.)")
    _run(lambda: _drop(message_ids))


def _check_choice(message_ids: Sequence[str], *, every: bool) -> None:
    if bool(message_ids) == every:
        raise click.UsageError("Name the messages by ID (see `poison list`), or say --all.")


def _run(task: Callable[[], Coroutine[Any, Any, None]]) -> None:
    from ..shared.errors import QueueUnavailableError, SettingsError
    from ..shared.settings import refuse

    try:
        asyncio.run(task())
    except SettingsError as exc:
        raise refuse(exc) from None
    except QueueUnavailableError as exc:
        raise click.ClickException(str(exc)) from exc


@asynccontextmanager
async def _queues() -> AsyncIterator[tuple[Queue, Queue]]:
    """The worker's queue and its poison queue."""
    from ..backend.settings import BackendSettings
    from ..shared.settings import load
    from ..shared.storage import QUEUE_FILE, open_poison_queue, open_queue

    settings = load(BackendSettings)
    queue, poison = open_queue(settings), open_poison_queue(settings)
    if not settings.has_account and not (settings.home / QUEUE_FILE).exists():
        # To open it would make it: a mistyped folder would look like one without poison.
        raise click.ClickException(_NO_QUEUE.format(settings.home.absolute()))
    try:
        yield queue, poison
    finally:
        await poison.close()
        await queue.close()


async def _list(*, as_json: bool) -> None:
    from ..insights.answers import Answer
    from ..insights.presentation import print_json, print_table

    async with _queues() as (_, poison), open_listing(poison) as listing:
        rows = [describe(found) for found in listing.found]
    answer = Answer(list(rows[0]) if rows else [], [[*row.values()] for row in rows])
    if as_json:
        print_json(answer)
    elif rows:
        print_table(answer)
    else:
        click.echo("no poison", err=True)
    _tell_of_others(listing)


async def _show(message_id: str, *, raw: bool) -> None:
    async with _queues() as (_, poison), open_listing(poison) as listing:
        chosen = _chosen(listing, [message_id])
    if not raw:
        for found in chosen:
            _show_one(found)
    elif len(chosen) == 1:
        sys.stdout.buffer.write(chosen[0].body)
    else:
        own_ids = " ".join(found.message.id for found in chosen)
        raise click.ClickException(f"{len(chosen)} came of message {message_id}: {own_ids}")


def _show_one(found: Found) -> None:
    for name, value in describe(found).items():
        if value is not None:
            click.echo(f"{name}: {value if isinstance(value, str) else json.dumps(value)}")
    click.echo(_pretty(found))


def _pretty(found: Found) -> str:
    """The events as JSON, or text as it is; all else as Python writes bytes."""
    if found.events:
        return msgspec.json.format(msgspec.json.encode(found.events)).decode()
    with suppress(UnicodeDecodeError):
        text = found.body.decode()
        if all(character.isprintable() or character in "\n\t" for character in text):
            return text  # nothing in it that a terminal would obey
    return repr(found.body)


async def _retry(message_ids: Sequence[str]) -> None:
    async with _queues() as (queue, poison), open_listing(poison) as listing:
        for found in _chosen(listing, message_ids):
            if ours := await _ours(poison, found):
                await queue.put(found.fresh_body())  # first: a crash in between leaves one too many
                await poison.delete([ours])
                click.echo(f"put back: {ours.id}")
    _tell_of_others(listing)


async def _drop(message_ids: Sequence[str]) -> None:
    async with _queues() as (_, poison), open_listing(poison) as listing:
        for found in _chosen(listing, message_ids):
            if ours := await _ours(poison, found):
                await poison.delete([ours])
                click.echo(f"dropped: {ours.id}")
    _tell_of_others(listing)


async def _ours(poison: Queue, found: Found) -> Message | None:
    """The message, if nobody has taken it while we were busy with the others."""
    ours = await lease_anew(poison, found)
    if ours is None:
        click.echo(f"left alone: {found.message.id}: another command has it", err=True)
    return ours


def _chosen(listing: Listing, message_ids: Sequence[str]) -> list[Found]:
    """Those by these ids, or all; where one is not there, none is touched."""
    if not message_ids:
        return list(listing.found)
    found = {id_: _by_id(listing, id_) for id_ in message_ids}
    unknown = [id_ for id_, some in found.items() if not some]
    if unknown:
        _tell_of_others(listing)
        raise click.ClickException(f"no message {' '.join(unknown)} there: see `poison list`")
    return list({found.message.id: found for some in found.values() for found in some}.values())


def _by_id(listing: Listing, id_: str) -> list[Found]:
    """The one that has this id, or else all that came of the message that had it."""
    own = [found for found in listing.found if found.message.id == id_]
    return own or [
        found for found in listing.found if found.record and found.record.message_id == id_
    ]


def _tell_of_others(listing: Listing) -> None:
    if listing.held_by_others:
        click.echo(
            f"{listing.held_by_others} more are held by another command: try again in a minute",
            err=True,
        )
