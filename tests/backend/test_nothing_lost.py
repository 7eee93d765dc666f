"""The real worker and state in a world where everything goes wrong, in any order.

Hypothesis fills the queue, spoils the parts, and lets workers come, stand still, crash at any call
and go. When it is done the world is mended, and the laws must hold: what was acknowledged is in the
tables, as if nothing had gone wrong; nothing is poisoned that alone succeeds; what is poisoned is
there, intact; nothing is left in the queue.
"""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from src.backend import poison
from src.backend.lookouts import LONGEST_WAIT
from src.backend.settle import LACKING_DELAY_SECONDS
from src.backend.state import State
from src.backend.worker import Pace, Worker
from src.shared import messages
from src.shared.messages import Event
from src.shared.sent_batches import Identity
from tests.backend import sampled
from tests.backend.bodies import event_of, job_body, run_body
from tests.backend.memory_parts import MemoryQueue, Tables
from tests.backend.mortal_life import (
    CURSED,
    CURSED_WHOLLY,
    OF_OTHERS,
    OF_SINKS,
    TRIPPING,
    Crash,
    Life,
    Mood,
    MortalPart,
    MortalSink,
    World,
)
from tests.backend.virtual_time import BEGINNING, VirtualLoop

PACE = Pace(messages_per_batch=4, lease_seconds=30, poll_seconds=20)
SLOTS = (0, 1)
MOST_TOTAL_REFUSALS = 3
"""Five would be five attempts: where all is refused, that counts once at most, afterwards."""
UNLIKE_SERVICES = {Mood.REFUSING, Mood.BROKEN}
GARBAGE = (b"", b"\0\x01", b"hello", b"[]", b'{"version": 1}', b"x\x9c")
NEWER_ENVELOPE = b'{"version": 2, "events": [{"new": true}]}'
AN_HOUR_SECONDS = 3600.0

RUNS = 3
SAMPLERS = [sampled.batches(3, sampler=f"{number}") for number in range(2)]


def run_of(job: int) -> int:
    """Each run has two jobs."""
    return 1 + job % RUNS


jobs = st.builds(
    lambda number, action, conclusion: event_of(
        job_body(
            action,
            id=number,
            run_id=run_of(number),
            conclusion=conclusion if action == "completed" else None,
        ),
        f"job-{number}-{action[:4]}-{conclusion}",
        seconds=len(action),
    ),
    st.integers(1, 6),
    st.sampled_from(["queued", "waiting", "in_progress", "completed", "completed"]),
    st.sampled_from(["success", "failure"]),
)
runs = st.builds(
    lambda number, action: event_of(run_body(action, id=number), f"run-{number}-{action}"),
    st.integers(1, RUNS),
    st.sampled_from(["requested", "completed"]),
)
samples = st.builds(
    lambda number, proof, batch, seconds: sampled.event(
        batch,
        Identity(proof, "github.com", sampled.REPOSITORY_ID, run_of(number), 1, number),
        seconds=seconds,
    ),
    st.integers(1, 6),
    st.sampled_from(["token", "token", "declared"]),
    st.sampled_from([batch for batches in SAMPLERS for batch in batches]),
    st.sampled_from([0, 40]),
)
ordinary = jobs | runs | samples
bad = st.builds(
    lambda number, name: event_of(job_body(id=1000 + number, name=name), f"bad-{number}-{name}"),
    st.integers(1, 10_000),
    st.sampled_from([CURSED, CURSED_WHOLLY, TRIPPING]),
)
spoiled = st.builds(
    lambda number: Event("workflow_run", f"spoiled-{number}", BEGINNING, msgspec.Raw(b"[]")),
    st.integers(1, 10_000),
)
newer = st.builds(
    lambda number: Event("later", f"newer-{number}", BEGINNING, msgspec.Raw(b"{}")),
    st.integers(1, 10_000),
)

sound = st.lists(ordinary, min_size=1, max_size=5)
spans = st.sampled_from([200, 0.01, 0.5, 3, 15, 60, 900])


class Adversary(RuleBasedStateMachine):
    """What the world does to a delivery."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = VirtualLoop()
        self.loop.set_exception_handler(lambda *_: None)  # the dead leave tasks behind
        self.world = World(self.loop)
        self.lives: dict[int, tuple[Life, asyncio.Event, asyncio.Task[None]]] = {}
        self.sound: list[Event] = []
        self.doomed: list[Event] = []
        self.garbage: list[bytes] = []
        self.total_refusals = 0
        self.fresh = 0

    @initialize()
    def begin(self) -> None:
        self.start(0)

    # --- what comes in ---

    @rule(events=sound, tired=st.booleans())
    def deliver(self, events: list[Event], *, tired: bool) -> None:
        self.sound += events
        self._put(messages.encode(events))
        if tired:  # it has been received often, by workers that came to no end with it
            self.loop.run_until_complete(tire(self.world.queue))

    @rule(events=sound, ill=st.lists(bad | spoiled | newer, min_size=1, max_size=3))
    def deliver_in_bad_company(self, events: list[Event], ill: list[Event]) -> None:
        self.sound += events
        self.doomed += ill
        self._put(messages.encode([*ill[1:], *events, *ill[:1]]))

    @rule(body=st.sampled_from([*GARBAGE, NEWER_ENVELOPE]))
    def put_by_hand(self, body: bytes) -> None:
        self.garbage.append(body)
        self._put(body)

    # --- what goes wrong ---

    @rule(
        part=st.sampled_from(["queue", "poison", "store"]),
        mood=st.sampled_from(OF_OTHERS),
        events=sound,
        seconds=spans,
    )
    def spoil(self, part: str, mood: Mood, events: list[Event], seconds: float) -> None:
        self.world.moods[part] = mood
        self.deliver(events, tired=False)
        self.pass_time(seconds)

    @rule(
        sink=st.sampled_from(["one sink", "another sink"]),
        mood=st.sampled_from(OF_SINKS),
        events=sound,
        seconds=spans,
        busy=st.booleans(),
    )
    def spoil_sink(
        self, sink: str, mood: Mood, events: list[Event], seconds: float, *, busy: bool
    ) -> None:
        self.total_refusals += mood in UNLIKE_SERVICES
        if mood in UNLIKE_SERVICES and self.total_refusals > MOST_TOTAL_REFUSALS:
            return
        self.world.moods[sink] = mood
        self.deliver(events, tired=False)
        if busy:
            self._be_busy(rounds=20)
        self.pass_time(seconds)

    @rule()
    def mend(self) -> None:
        self.world.moods.clear()

    # --- who does the work ---

    @rule(slot=st.sampled_from(SLOTS))
    def start(self, slot: int) -> None:
        if slot not in self.lives or self.lives[slot][2].done():
            life, stop = Life(self.loop), asyncio.Event()
            task = self.loop.create_task(worker_in(self.world, life).run(stop))
            self.lives[slot] = life, stop, task

    @rule(slot=st.sampled_from(SLOTS), seconds=spans)
    def stop(self, slot: int, seconds: float) -> None:
        self.start(slot)
        self.lives[slot][1].set()
        self.pass_time(seconds)

    @rule(slot=st.sampled_from(SLOTS), steps=st.integers(0, 60), events=sound, tired=st.booleans())
    def crash(self, slot: int, steps: int, events: list[Event], *, tired: bool) -> None:
        self.deliver(events, tired=tired)
        self.start(slot)
        self.lives[slot][0].steps_left = steps
        self.pass_time(1)

    @rule(slot=st.sampled_from(SLOTS), seconds=st.sampled_from([5, 100]))
    def stand_still(self, slot: int, seconds: float) -> None:
        self.start(slot)
        self.lives[slot][0].stands_until = self.loop.time() + seconds

    @rule(seconds=spans)
    def pass_time(self, seconds: float) -> None:
        self.loop.run_until_complete(asyncio.sleep(seconds))

    # --- and in the end ---

    def teardown(self) -> None:
        try:
            self._mend_everything()
            self._check()
        finally:
            self._end()

    def _mend_everything(self) -> None:
        """All is well, and there is other traffic: what fails alone can be told from the world."""
        self.mend()
        for life, _, _ in self.lives.values():
            life.steps_left, life.stands_until = None, 0.0
        self.pass_time(200)  # who was to end has ended
        for slot in SLOTS:
            self.start(slot)
        self.pass_time(LONGEST_WAIT.total_seconds())
        self._be_busy(rounds=30)
        left = [e for body in self.world.queue.bodies for e in poison.events_of(body)]
        assert {event.kind for event in left} <= {"later"}
        self.pass_time(AN_HOUR_SECONDS + 200)
        assert self.world.queue.bodies == []

    def _be_busy(self, rounds: int) -> None:
        """Every now and then comes what was never there before."""
        for _ in range(rounds):
            self.fresh += 1
            job = event_of(job_body(id=5000 + self.fresh), f"fresh-{self.fresh}")
            self.deliver([job], tired=False)
            self.pass_time(20)

    def _check(self) -> None:
        expected = tables_without_faults(self.sound)
        for name, sink in self.world.sinks.items():
            newest, spans = sink.tables
            assert {k: v for k, v in newest.items() if k in expected[0]} == expected[0], name
            assert spans >= expected[1], name
        records = [poison.decode(body) for body in self.world.poison.bodies]
        bodies = [record.body for record in records if record]
        assert len(bodies) == len(records)
        poisoned = {e.id: e.body for body in bodies for e in poison.events_of(body)}
        assert poisoned == {event.id: event.body for event in self.doomed}
        assert {b for b in bodies if not poison.events_of(b)} == {*self.garbage}

    def _put(self, body: bytes) -> None:
        self.loop.run_until_complete(self.world.queue.put(body))

    def _end(self) -> None:
        for _, stop, _ in self.lives.values():
            stop.set()
        self.pass_time(60)
        for _, _, task in self.lives.values():
            with suppress(Crash):
                task.result()
        self.loop.close()


async def tire(queue: MemoryQueue) -> None:
    for _ in range(2):
        await queue.release(await queue.receive(1_000, PACE.lease_seconds))


def worker_in(world: World, life: Life, pace: Pace = PACE) -> Worker:
    parts: list[Any] = [
        MortalPart(world.queue, "queue", world, life),
        MortalPart(world.poison, "poison", world, life),
        State(MortalPart(world.store, "store", world, life)),  # type: ignore[arg-type]
    ]
    sinks = [MortalSink(sink, name, world, life) for name, sink in world.sinks.items()]
    return Worker(*parts, sinks, pace, now=world.loop.now)


def tables_without_faults(events: list[Event]) -> Tables:
    loop = VirtualLoop()
    world = World(loop)
    for event in events:
        loop.run_until_complete(world.queue.put(messages.encode([event])))
    worker = worker_in(world, Life(loop))
    while world.queue.bodies:
        loop.run_until_complete(worker.work())
        loop.run_until_complete(asyncio.sleep(LACKING_DELAY_SECONDS))
    loop.close()
    return world.sinks["one sink"].tables


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """A life full of crashes would log more than all other tests together."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.slow
def test_whatever_happens_nothing_is_lost() -> None:
    run_state_machine_as_test(
        Adversary,
        settings=settings(
            max_examples=70,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
