"""`up`: everything on this machine, and an answer worth seeing."""

import signal
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from time import sleep

import click
import httpx

from ..model.times import format_time, parse_time
from ..simulate.days import simulate_day
from .deliver import Target, deliver
from .stack import Stack, StackError, require_free
from .stack_settings import StackSettings, stack_settings, webhook_secret
from .welcome import print_welcome

DEMO_SEED = 7
DEMO_LASTS = timedelta(hours=24)
WATCH_SECONDS = 0.2
DRAIN_POLL_SECONDS = 0.03

# The stand-in takes any key; the real service's are GUIDs too.
_KEY = "00000000-0000-0000-0000-000000000000"


@click.command(
    epilog="""\b
Examples:
  python -m src up
  PORT=9000 DEMO=0 python -m src up
"""
)
def command() -> None:
    """Run everything on this machine, play a simulated day, and show an answer.

    Frontend, worker and the local stand-in for Application Insights run until Ctrl-C or SIGTERM.
    Settings: HOST, PORT, INSIGHTS_PORT, GITHUB_TELEMETRY_HOME, GITHUB_WEBHOOK_SECRET, DEMO=0.
    """
    settings = stack_settings()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # both stop it the same way
    try:
        _run(settings)
    except StackError as exc:
        raise click.ClickException(str(exc)) from exc
    except KeyboardInterrupt:
        click.echo("Stopped.")


def _run(settings: StackSettings) -> None:
    require_free(settings.host, settings.port, "PORT")
    require_free("127.0.0.1", settings.insights_port, "INSIGHTS_PORT")
    secret = webhook_secret(settings)
    stack = Stack(settings.home, _environment(settings, secret))
    try:
        for name in ("frontend", "backend", "insights"):
            stack.start(name)
        if settings.demo:
            _play_demo(settings, secret, stack)
        stack.wait_until_up(*_urls(settings))
        print_welcome(settings)
        while True:
            stack.require_alive()
            sleep(WATCH_SECONDS)
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):  # it is stopping already
            signal.signal(number, signal.SIG_IGN)
        stack.stop()


def _environment(settings: StackSettings, secret: str) -> Mapping[str, str]:
    """What the parts need to find each other, on top of the user's own environment."""
    endpoint = settings.insights_url
    connection = f"InstrumentationKey={_KEY};IngestionEndpoint={endpoint};LiveEndpoint={endpoint}"
    return {
        "HOST": settings.host,
        "PORT": str(settings.port),
        "INSIGHTS_HOST": "127.0.0.1",
        "INSIGHTS_PORT": str(settings.insights_port),
        "GITHUB_TELEMETRY_HOME": str(settings.home),
        "GITHUB_WEBHOOK_SECRET": secret,
        "BACKEND_APPLICATIONINSIGHTS_CONNECTION_STRING": connection,
    }


def _urls(settings: StackSettings) -> tuple[str, str]:
    ready = settings.webhook_url.removesuffix("webhook") + "ready"
    return ready, f"{settings.insights_url}/health"


def _play_demo(settings: StackSettings, secret: str, stack: Stack) -> None:
    """Post a simulated day through the real webhook, once a day, and wait for its rows."""
    played = settings.home / "demo-played"
    now = datetime.now(UTC)
    if played.exists() and (last := parse_time(played.read_text())) and now - last < DEMO_LASTS:
        return
    deliveries = simulate_day(DEMO_SEED, now).deliveries  # while the parts start
    stack.wait_until_up(*_urls(settings))
    target = Target(settings.webhook_url, secret.encode())
    with click.progressbar(
        deliver(deliveries, target), len(deliveries), "Playing a day"
    ) as replies:
        refused = [reply for reply in replies if reply.status != 202]  # noqa: PLR2004 -- HTTP's own
    if refused:
        raise StackError(f"the demo day was not taken: {refused[0].said}")
    _drain(settings, stack)
    played.write_text(format_time(now))


def _drain(settings: StackSettings, stack: Stack) -> None:
    """Wait until the queue is empty: a message leaves it only when its rows are in the tables."""
    ready, _ = _urls(settings)
    while httpx.get(ready, trust_env=False).json().get("queue_depth") != 0:
        stack.require_alive()
        sleep(DRAIN_POLL_SECONDS)
