"""Roles in, findings out: each service's settings, and what those lead to.

Every finding is there, also where one before it is bad: all that is to be mended shows at once.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Protocol, TypeVar

from ..backend.app import open_sinks
from ..backend.settings import BackendSettings
from ..backend.sinks.application_insights import ApplicationInsightsSink
from ..backend.sinks.base import Sink
from ..backend.sinks.build_bucket import BUCKET, open_build_bucket
from ..backend.sinks.jsonl import JsonlSink
from ..backend.sinks.otlp import OtlpSink
from ..frontend.settings import FrontendSettings
from ..shared.errors import SettingsError, TelemetryError
from ..shared.settings import StorageSettings, load
from ..shared.storage import (
    QUEUE_FILE,
    account_of,
    objects_url,
    open_object_store,
    open_poison_queue,
    open_queue,
)
from .checks import (
    NobodyThereError,
    ask_frontend,
    count_poison,
    put_probe,
    take_probe,
    use_store,
)
from .running import as_running
from .samplers_check import ask_issuer, tell_samplers
from .sink_check import use_sink
from .stack_settings import SECRET_FILE

CHECK_SECONDS = 20.0

_NAMES: dict[type[Sink], str] = {
    ApplicationInsightsSink: "Application Insights",
    OtlpSink: "OpenTelemetry backend",
    JsonlSink: "JSON Lines",
}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found out about one thing.

    Attributes:
        what: the thing.
        is_well: None where that need not be known.
        said: one line, without any secret; where something is wrong, also on what may mend it.
        is_refused: a setting is wrong: the service would not start.
    """

    what: str
    is_well: bool | None
    said: str
    is_refused: bool = False


class _Part(Protocol):
    async def close(self) -> None: ...


C = TypeVar("C", bound=_Part)


async def examine(*, frontend: bool = True, backend: bool = True) -> list[Finding]:
    """The findings on these services, by the environment's settings."""
    async with AsyncExitStack() as opened:
        examination = _Examination(opened)
        ours = await examination.frontend() if frontend else None
        theirs = await examination.backend() if backend else None
        if ours and theirs:
            examination.setting("both services", lambda: _on_one_queue(ours, theirs))
    return examination.findings


class _Examination:
    """Collects findings; what it opens is closed with `opened`."""

    def __init__(self, opened: AsyncExitStack) -> None:
        self.findings: list[Finding] = []
        self._opened = opened

    async def frontend(self) -> FrontendSettings | None:
        """What the frontend needs; its settings, where it would start with them."""
        settings = self._attempt("frontend: settings", lambda: load(FrontendSettings))
        if settings is None:
            return None
        self.setting("frontend: storage", lambda: _tell_storage(settings))
        self.setting("frontend: webhook secret", lambda: _tell_secret(settings))
        if queue := self._open("frontend: queue", lambda: open_queue(settings)):
            await self._check("frontend: queue", put_probe(queue))
            if queue.max_message_bytes:  # what is larger goes through the store
                await self._store("frontend: object store", settings)
        await self._samplers(settings)
        await self._check(
            "frontend: itself", ask_frontend(as_running(settings, host="host", port="port"))
        )
        return settings

    async def backend(self) -> BackendSettings | None:
        """What the worker needs; its settings, where it would start with them."""
        settings = self._attempt("backend: settings", lambda: load(BackendSettings))
        if settings is None:
            return None
        self.setting("backend: storage", lambda: _tell_storage(settings))
        if queue := self._open("backend: queue", lambda: open_queue(settings)):
            await self._check("backend: queue", take_probe(queue))
        if poison := self._open("backend: poison queue", lambda: open_poison_queue(settings)):
            await self._check("backend: poison queue", count_poison(poison))
        await self._store("backend: object store", settings)
        await self._build_bucket(settings)
        await self._sinks(settings)
        return settings

    async def _build_bucket(self, settings: BackendSettings) -> None:
        """Where there is one: few have it."""
        what = "backend: build bucket"
        bucket = self._attempt(what, lambda: open_build_bucket(os.environ))
        if bucket and settings.has_archive:
            await self._check(what, use_store(bucket.store))
        elif bucket:
            said = f"{BUCKET} is not written to: ARCHIVE is off"
            self.findings.append(Finding(what, None, said))

    async def _samplers(self, settings: FrontendSettings) -> None:
        trust = self._attempt("frontend: samples", settings.samplers)
        if trust is None:
            return
        self.findings.append(Finding("frontend: samples", *tell_samplers(trust)))
        for issuer in trust.tokens.issuers if trust.tokens else ():
            await self._check(f"frontend: issuer {issuer}", ask_issuer(issuer))

    async def _sinks(self, settings: BackendSettings) -> None:
        if _is_of_up(settings) and _lacks_sinks(settings):
            said = "none: this home is of `up`, which gives its worker one"
            self.findings.append(Finding("backend: sinks", None, said))
            return
        for sink in self._attempt("backend: sinks", lambda: open_sinks(settings)) or ():
            self._opened.push_async_callback(sink.close)
            await self._check(f"backend: {_NAMES[type(sink)]}", use_sink(sink, settings))

    def setting(self, what: str, tell: Callable[[], tuple[bool | None, str]]) -> None:
        """Note what can be told without asking anybody."""
        if told := self._attempt(what, tell):
            self.findings.append(Finding(what, *told))

    async def _store(self, what: str, settings: StorageSettings) -> None:
        if store := self._attempt(what, lambda: open_object_store(settings)):
            await self._check(what, use_store(store))

    def _open(self, what: str, open_part: Callable[[], C]) -> C | None:
        part = self._attempt(what, open_part)
        if part is not None:
            self._opened.push_async_callback(part.close)
        return part

    def _attempt(self, what: str, make: Callable[[], T]) -> T | None:
        """What it makes; None, with a finding, where the settings are refused."""
        try:
            return make()
        except SettingsError as exc:
            self.findings.append(Finding(what, is_well=False, said=str(exc), is_refused=True))
            return None

    async def _check(self, what: str, check: Awaitable[str]) -> None:
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                said = await check
        except NobodyThereError as exc:
            self.findings.append(Finding(what, None, str(exc)))
        except TelemetryError as exc:
            self.findings.append(Finding(what, is_well=False, said=str(exc)))
        except TimeoutError:
            said = f"no answer within {CHECK_SECONDS:g} s"
            self.findings.append(Finding(what, is_well=False, said=said))
        else:
            self.findings.append(Finding(what, is_well=True, said=said))


def _tell_secret(settings: FrontendSettings) -> tuple[bool | None, str]:
    """Whether there is one; never what it is."""
    if settings.secret is None and _is_of_up(settings):
        return None, "none: this home is of `up`, which gives its frontend one"
    if settings.secrets():
        return True, "is set"
    return None, "none, and ALLOW_UNSIGNED_WEBHOOKS: anybody can write here"


def _lacks_sinks(settings: BackendSettings) -> bool:
    try:
        settings.check_sinks()
    except SettingsError:
        return True
    return False


def _tell_storage(settings: StorageSettings) -> tuple[bool | None, str]:
    """Where things lie, as far as settings tell; a folder without a queue may be mistyped."""
    place = "Azure Storage" if account_of(settings) else settings.home.absolute()
    said = f"the queue {settings.queue_name} in {place}, objects in {objects_url(settings)}"
    if settings.has_account or (settings.home / QUEUE_FILE).exists():
        return True, said
    return None, f"{said}; there was no queue yet, these checks make one"


def _is_of_up(settings: StorageSettings) -> bool:
    """Whether `up` made this home: it gives its services what they miss."""
    is_local = settings.mode == "local" and not settings.has_account
    return is_local and (settings.home / SECRET_FILE).exists()


def _on_one_queue(ours: StorageSettings, theirs: StorageSettings) -> tuple[bool, str]:
    """Whether the worker empties what the frontend fills, as far as settings tell."""
    if ours.queue_name != theirs.queue_name:
        return False, (
            f"the frontend fills {ours.queue_name}, the worker empties {theirs.queue_name}:"
            " set AZURE_STORAGE_QUEUE_NAME and BACKEND_AZURE_STORAGE_QUEUE_NAME alike"
        )
    if _account(ours) != _account(theirs):
        return False, (
            "they use different storage: set AZURE_STORAGE_ACCOUNT_NAME"
            " or AZURE_STORAGE_CONNECTION_STRING alike, with and without BACKEND_"
        )
    if ours.has_account and objects_url(ours) != objects_url(theirs):
        return False, (
            f"large bodies go into {objects_url(ours)} and are looked for in"
            f" {objects_url(theirs)}: set OBJECT_STORE_URL and BACKEND_OBJECT_STORE_URL alike"
        )
    return True, f"use the queue {ours.queue_name}"


def _account(settings: StorageSettings) -> tuple[object, ...]:
    return settings.account_name, settings.storage_connection_string
