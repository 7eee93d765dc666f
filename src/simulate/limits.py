"""What a machine can do: what is asked of it in, what it does and what follows from that out."""

from .activity import (
    CPU_STALLED,
    DISK_BUSY,
    FILLED_BYTES,
    IO_STALLED,
    IOWAIT,
    JOB_CORES,
    JOB_MIB,
    MACHINE_MIB,
    MEMORY_STALLED,
    OTHER_CORES,
    READ_WAIT,
    STEAL,
    WRITE_WAIT,
    WRITTEN_BYTES,
    Quantity,
)
from .blueprints import MachineBlueprint
from .noise import Noise, Values

FULL = 0.99  # nothing is ever used wholly
SYSTEM_MIB = 540  # of the kernel and what belongs to nobody
NEIGHBOURS_MEMORY = 0.35  # the share of a container's host that its neighbours hold
OTHERS_NOISE = 0.1
STOLEN = 0.003  # of a core in use
CROWDED, CROWDING = 0.85, 2.0  # the share of all cores from which processes wait, and how soon
MOST_STALLED = 0.9
IO_STALLED_SHARE, IOWAIT_SHARE = 0.4, 0.6  # of the time in which the disk is busy; of operations
KEPT = 0.7  # of what is written: the rest is overwritten or deleted

Rates = dict[Quantity, Values]


def within_limits(noise: Noise, machine: MachineBlueprint, asked: Rates) -> Rates:
    """All rates and levels, those of the whole machine among them."""
    cores, wanted = _limited_cores(machine, asked)
    done = asked | cores
    done[JOB_CORES] = _summed(cores)
    done[OTHER_CORES] = noise.about([machine.neighbours_cores] * len(wanted), OTHERS_NOISE)
    done[STEAL] = [
        stolen + STOLEN * now for stolen, now in zip(asked[STEAL], done[JOB_CORES], strict=True)
    ]
    done[CPU_STALLED] = [
        _stalled((now / machine.cores_allowed - CROWDED) * CROWDING) for now in wanted
    ]
    done |= _memory(machine, asked)
    return done | _disk(machine, done)


def _limited_cores(machine: MachineBlueprint, asked: Rates) -> tuple[Rates, Values]:
    """What each program gets, in proportion, and what all of them wanted together."""
    programs = {quantity: values for quantity, values in asked.items() if quantity[0] == "cores"}
    wanted = _summed(programs)
    allowed = machine.cores_allowed * FULL
    shares = [min(1.0, allowed / now) if now else 1.0 for now in wanted]
    got = {quantity: list(map(float.__mul__, now, shares)) for quantity, now in programs.items()}
    return got, wanted


def _memory(machine: MachineBlueprint, asked: Rates) -> Rates:
    """What is beyond the limit is swapped out, or never was given."""
    held = _summed({quantity: now for quantity, now in asked.items() if quantity[0] == "memory"})
    room = machine.memory_allowed_mib - (0 if machine.has_group else SYSTEM_MIB)
    job = [min(now, room * FULL) for now in held]
    others = SYSTEM_MIB
    if machine.is_container:
        others += round(machine.memory_mib * NEIGHBOURS_MEMORY)
    return {JOB_MIB: job, MACHINE_MIB: [now + others for now in job]}


def _disk(machine: MachineBlueprint, done: Rates) -> Rates:
    busy = [min(now, FULL) for now in done[DISK_BUSY]]
    used = map(float.__add__, done[JOB_CORES], done[OTHER_CORES])
    idle = [max(machine.cpus - now, 0.0) for now in used]
    under_way = map(float.__add__, done[READ_WAIT], done[WRITE_WAIT])
    filled = zip(done[FILLED_BYTES], done[WRITTEN_BYTES], strict=True)
    return {
        DISK_BUSY: busy,
        IO_STALLED: [IO_STALLED_SHARE * now for now in busy],
        MEMORY_STALLED: [_stalled(now) for now in done[MEMORY_STALLED]],
        # A core that works waits for nothing.
        IOWAIT: [
            min(IOWAIT_SHARE * now, left / 2) for now, left in zip(under_way, idle, strict=True)
        ],
        FILLED_BYTES: [gone + KEPT * written for gone, written in filled],
    }


def _stalled(share: float) -> float:
    return min(max(share, 0.0), MOST_STALLED)


def _summed(rates: Rates) -> Values:
    return [sum(cell) for cell in zip(*rates.values(), strict=True)]
