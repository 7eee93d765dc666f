"""What the organisation's steps ask of their machines, by GitHub's name for the step. Data only.

Between them they are short of most things that a step can be short of: builds of every core, tests
of more than the one that they use, installations of the line, deployments of nothing at all.
"""

from .loads import DiskUse, Load, Phase, Program

SYSTEM = Phase(
    programs=(
        Program(name="Runner.Worker", cores=0.012, memory_mib=118, owned=False),
        Program(name="Runner.Listener", cores=0.002, memory_mib=92, owned=False),
        Program(name="dockerd", cores=0.003, memory_mib=76, owned=False),
        Program(name="containerd", cores=0.003, memory_mib=48, owned=False),
        Program(name="systemd-journal", cores=0.002, memory_mib=14, owned=False),
        Program(name="python3", cores=0.003, memory_mib=11, owned=False),
    ),
    disk=DiskUse(written_mb_per_second=0.03, operation_kb=12, await_ms=0.9),
    received_mb_per_second=0.001,
    sent_mb_per_second=0.002,
    memory_starts_at=1.0,
)
"""What goes on underneath all the time: the runner, its system, the sampler."""


def _fetch(
    programs: tuple[Program, ...], received_mb_per_second: float, short_of: str | None = None
) -> Load:
    """Downloads and unpacks."""
    disk = DiskUse(written_mb_per_second=1.6 * received_mb_per_second, operation_kb=256)
    phase = Phase(programs=programs, disk=disk, received_mb_per_second=received_mb_per_second)
    return Load((phase,), short_of)


def _waits_for(program: Program) -> Load:
    """Asks somebody else, now and then."""
    phase = Phase(programs=(program,), received_mb_per_second=0.04, sent_mb_per_second=0.02)
    return Load((phase,), "waiting")


GIT = (Program(name="git", cores=0.5), Program(name="git-remote-http", cores=0.25))
NODE_ACTION = Program(name="node", cores=0.4, memory_mib=85)
POST_ACTION = Load((Phase(programs=(NODE_ACTION,)),))
RUSTC = Program(name="rustc", of_all_cores=1.1, memory_mib=4_300, starts_per_second=0.9)
CARGO = Program(name="cargo", cores=0.05, memory_mib=190)
COMPILED = DiskUse(read_mb_per_second=2, written_mb_per_second=6, operation_kb=160)
LINKER = Program(name="rust-lld", cores=0.99, memory_mib=2_700)


def _cargo(compiling: float, then: Phase, short_of: str | None) -> Load:
    """Compiles on every core, for this share of the step, and then something else."""
    compile_phase = Phase(share=compiling, programs=(RUSTC, CARGO), disk=COMPILED)
    return Load((compile_phase, then), short_of)


def _link(share: float) -> Phase:
    disk = DiskUse(written_mb_per_second=38, operation_kb=256)
    return Phase(share=share, programs=(LINKER, CARGO), disk=disk)


_STEPS = {
    "Run actions/checkout@v4": _fetch((*GIT, NODE_ACTION), 9),
    "Run actions/setup-python@v5": _fetch((NODE_ACTION, Program(name="tar", cores=0.6)), 7),
    "Run actions/setup-node@v4": _fetch((NODE_ACTION, Program(name="tar", cores=0.6)), 8),
    "Run hashicorp/setup-terraform@v3": _fetch((NODE_ACTION,), 11),
    "Run azure/login@v2": Load((Phase(programs=(NODE_ACTION, Program(name="az", cores=0.5))),)),
    "Run dtolnay/rust-toolchain@stable": _fetch(
        (Program(name="rustup", cores=1.3, memory_mib=220),), 21
    ),
    "Run Swatinem/rust-cache@v2": _fetch(
        (Program(name="zstd", cores=1.6), Program(name="tar", cores=0.8), NODE_ACTION),
        62,
        "download_heavy",
    ),
    # Python
    "Install dependencies": Load(
        (
            Phase(
                share=0.4,
                programs=(Program(name="pip", cores=0.8, memory_mib=130),),
                received_mb_per_second=9,
                disk=DiskUse(written_mb_per_second=22),
            ),
            Phase(
                share=0.6,
                programs=(
                    Program(name="cc1", cores=2.1, memory_mib=420, starts_per_second=3.0),
                    Program(name="pip", cores=0.3, memory_mib=160),
                ),
                disk=DiskUse(written_mb_per_second=6),
            ),
        )
    ),
    "Run ruff check .": Load((Phase(programs=(Program(name="ruff", of_all_cores=0.8),)),)),
    "Run mypy": Load(
        (Phase(programs=(Program(name="mypy", cores=1.15, threads=1, memory_mib=610),)),),
        "single_threaded",
    ),
    "Run pytest": Load(
        (
            Phase(
                programs=(
                    Program(name="pytest", cores=1.15, threads=1, memory_mib=480),
                    Program(name="git", cores=0.02, starts_per_second=0.3),
                ),
                disk=DiskUse(written_mb_per_second=0.9, operation_kb=32),
            ),
        ),
        "single_threaded",
    ),
    "Upload coverage": Load((Phase(programs=(NODE_ACTION,), sent_mb_per_second=2.5),)),
    "Run pip-audit": Load(
        (
            Phase(
                programs=(
                    Program(name="pip-audit", cores=0.9, memory_mib=150),
                    Program(name="pip", cores=1.0, memory_mib=110, starts_per_second=0.5),
                ),
                received_mb_per_second=2.2,
            ),
        )
    ),
    "Run docker/setup-buildx-action@v3": Load(
        (
            Phase(
                programs=(NODE_ACTION, Program(name="buildkitd", cores=0.3, owned=False)),
                received_mb_per_second=9,
            ),
        )
    ),
    "Run docker/build-push-action@v6": Load(
        (
            Phase(
                programs=(
                    Program(name="buildkitd", cores=0.9, memory_mib=520, owned=False),
                    Program(name="runc", cores=0.5, starts_per_second=0.2, owned=False),
                    Program(name="docker-buildx", cores=0.06, memory_mib=70),
                    NODE_ACTION,
                ),
                disk=DiskUse(
                    read_mb_per_second=21,
                    written_mb_per_second=88,
                    operation_kb=256,
                    await_ms=4.6,
                    busy=0.98,
                ),
                received_mb_per_second=0.9,
                sent_mb_per_second=1.8,
            ),
        ),
        "disk_saturated",
    ),
    # The web
    "npm ci": _fetch(
        (Program(name="npm", cores=1.5, memory_mib=410), Program(name="node", cores=0.5)),
        27,
        "download_heavy",
    ),
    "npm run build": Load(
        (
            Phase(
                programs=(
                    Program(name="vite", cores=1.3, memory_mib=1_900),
                    Program(name="esbuild", cores=0.9, memory_mib=480),
                    Program(name="npm", cores=0.02, memory_mib=90),
                ),
                disk=DiskUse(written_mb_per_second=5),
            ),
        )
    ),
    "npm test": Load(
        (
            Phase(
                programs=(
                    Program(name="jest", cores=2.3, memory_mib=2_300, starts_per_second=0.1),
                    Program(name="npm", cores=0.02, memory_mib=90),
                ),
            ),
        )
    ),
    "Build the handbook": Load(
        (
            Phase(
                programs=(
                    Program(name="vitepress", cores=1.2, memory_mib=1_200),
                    Program(name="esbuild", cores=0.8, memory_mib=350),
                ),
                disk=DiskUse(written_mb_per_second=3),
            ),
        )
    ),
    "Install Playwright browsers": _fetch(
        (Program(name="playwright", cores=0.7, memory_mib=170), Program(name="unzip", cores=0.5)),
        34,
        "download_heavy",
    ),
    "Run Playwright tests": Load(
        (
            Phase(
                programs=(
                    Program(name="chrome", cores=1.3, of_all_memory=0.71, starts_per_second=0.4),
                    Program(name="playwright", cores=0.5, of_all_memory=0.11),
                    Program(name="node", cores=0.2, of_all_memory=0.08),
                ),
                disk=DiskUse(read_mb_per_second=7, written_mb_per_second=3),
                swap_mib=1_400,
                memory_stalled=0.22,
                memory_starts_at=0.6,
            ),
        ),
        "memory_bound",
        leaves=(Program(name="node", cores=0.3, memory_mib=640),),  # the server under test
    ),
    "Upload test report": Load((Phase(programs=(NODE_ACTION,), sent_mb_per_second=6),)),
    # Rust
    "cargo clippy": _cargo(
        0.97,
        Phase(share=0.03, programs=(CARGO,)),
        "cpu_bound",
    ),
    "cargo build": _cargo(0.95, _link(0.05), "cpu_bound"),
    "cargo build --release": _cargo(0.93, _link(0.07), "cpu_bound"),
    "cargo test --workspace": _cargo(
        0.35,
        Phase(
            share=0.65,
            programs=(Program(name="engine_tests", of_all_cores=0.45, memory_mib=900), CARGO),
        ),
        None,
    ),
    # The infrastructure
    "terraform plan": _waits_for(Program(name="terraform", cores=0.05, memory_mib=240)),
    "terraform apply": _waits_for(Program(name="terraform", cores=0.03, memory_mib=260)),
    # The scanner, on a board with a card for a disk
    "cmake --build": Load(
        (
            Phase(
                programs=(
                    Program(name="cc1plus", cores=1.6, memory_mib=690, starts_per_second=1.2),
                    Program(name="ninja", cores=0.03, memory_mib=20),
                ),
                disk=DiskUse(written_mb_per_second=0.5, operation_kb=36, await_ms=46),
            ),
        ),
        "slow_disk",
    ),
    "Flash the board": _waits_for(Program(name="openocd", cores=0.04)),
    "ctest": _waits_for(Program(name="scanner-tests", cores=0.06)),
}
LOADS = _STEPS | {f"Post {name}": POST_ACTION for name in _STEPS}

HANGING = Load(
    (
        Phase(share=0.05, programs=(Program(name="node", cores=1.1, memory_mib=420),)),
        Phase(share=0.95, programs=(Program(name="node", cores=0.01, memory_mib=420),)),
    ),
    "waiting",
)
"""A step that a time-out ends: it begins like any other, and then nothing happens."""
