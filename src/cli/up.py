"""`up`: everything on this machine, and an answer worth seeing."""

import signal
from collections.abc import Mapping
from datetime import UTC, datetime
from time import sleep

import click

from ..shared.errors import SettingsError
from ..shared.ports import require_free
from ..shared.settings import refuse
from .demo import play_demo
from .one_at_a_time import hold
from .running import told_where
from .sampler_keys import stack_keys
from .stack import Stack, StackError
from .stack_settings import StackSettings, stack_settings, webhook_secret
from .welcome import print_welcome

WATCH_SECONDS = 0.2

# The stand-in takes any key; the real service's are GUIDs too.
_KEY = "00000000-0000-0000-0000-000000000000"

# A storage account in the environment may be production's, whose messages this worker would take.
_ELSEWHERE = (
    "TELEMETRY_MODE",
    *("AZURE_STORAGE_ACCOUNT_NAME", "BACKEND_AZURE_STORAGE_ACCOUNT_NAME"),
    *("AZURE_STORAGE_CONNECTION_STRING", "BACKEND_AZURE_STORAGE_CONNECTION_STRING"),
    *("OBJECT_STORE_URL", "BACKEND_OBJECT_STORE_URL"),
)


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
    Settings: HOST, PORT, INSIGHTS_PORT, GITHUB_TELEMETRY_HOME, GITHUB_WEBHOOK_SECRET,
    SAMPLES_KEYS, DEMO=0.
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
    stack = _open_stack(settings)
    try:
        with told_where(settings):
            _serve(settings, stack)
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):  # it is stopping already
            signal.signal(number, signal.SIG_IGN)
        stack.stop()


def _serve(settings: StackSettings, stack: Stack) -> None:
    """Until a part ends, or somebody stops us."""
    for name in ("frontend", "backend", "insights"):
        stack.start(name)
    if settings.demo:
        play_demo(settings, stack, datetime.now(UTC))
    stack.wait_until_up(settings.ready_url, settings.insights_health_url)
    print_welcome(settings, datetime.now(UTC))
    while True:
        stack.require_alive()
        sleep(WATCH_SECONDS)


def _open_stack(settings: StackSettings) -> Stack:
    """The stack with its home held and nothing started.

    Without a home or a port: one line and exit code 2.
    """
    try:
        held = hold(settings.home)
        require_free(settings.host, settings.port, "HOST and PORT")
        require_free("127.0.0.1", settings.insights_port, "INSIGHTS_PORT")
        return Stack(settings.home, _environment(settings), [held])
    except SettingsError as exc:
        raise refuse(exc) from None
    except OSError as exc:
        complaint = f"GITHUB_TELEMETRY_HOME: cannot make {exc.filename}: {exc.strerror}"
        raise refuse(SettingsError(complaint)) from None


def _environment(settings: StackSettings) -> Mapping[str, str]:
    """What the parts need to find each other, on top of the user's own environment."""
    endpoint = settings.insights_url
    connection = f"InstrumentationKey={_KEY};IngestionEndpoint={endpoint};LiveEndpoint={endpoint}"
    return {
        **dict.fromkeys(_ELSEWHERE, ""),  # empty is unset
        "HOST": settings.host,
        "PORT": str(settings.port),
        "INSIGHTS_HOST": "127.0.0.1",
        "INSIGHTS_PORT": str(settings.insights_port),
        "GITHUB_TELEMETRY_HOME": str(settings.home),
        "GITHUB_WEBHOOK_SECRET": webhook_secret(settings),
        "SAMPLES_KEYS": stack_keys(settings),
        # Both ends of the one queue, however it was named; empty is their own default.
        "AZURE_STORAGE_QUEUE_NAME": settings.queue_name,
        "BACKEND_AZURE_STORAGE_QUEUE_NAME": settings.queue_name,
        "BACKEND_APPLICATIONINSIGHTS_CONNECTION_STRING": connection,
        "APPLICATIONINSIGHTS_CONNECTION_STRING": connection,  # the frontend's own health
    }
