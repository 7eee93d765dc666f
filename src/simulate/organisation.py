"""The organisation that the simulated days happen in: repositories and workflows. Data only.

Five repositories of different character. The monorepo's release build is by far the slowest job,
and all its builds share two self-hosted machines, which is where the day's queue comes from.
"""

from .blueprints import (
    JobBlueprint,
    PoolBlueprint,
    RepositoryBlueprint,
    StepBlueprint,
    WorkflowBlueprint,
)
from .runners import BUILD_POOL, DEVICE_POOL, UBUNTU, WINDOWS

ORGANISATION, ORGANISATION_ID = "lumen-forge", 148_205_371
PEOPLE = {
    "ada-okafor": 5_120_344,
    "mirekvana": 11_873_902,
    "jules-tan": 24_410_577,
    "priya-raman": 38_954_121,
    "tobiaslind": 61_207_735,
}

CHECKOUT = StepBlueprint("Run actions/checkout@v4", 2, has_post=True)
PYTHON = StepBlueprint("Run actions/setup-python@v5", 6, has_post=True)
NODE = StepBlueprint("Run actions/setup-node@v4", 5, has_post=True)
NPM_CI = StepBlueprint("npm ci", 38)
CARGO_CACHE = StepBlueprint("Run Swatinem/rust-cache@v2", 22, has_post=True)
TOOLCHAIN = StepBlueprint("Run dtolnay/rust-toolchain@stable", 11)
TERRAFORM = StepBlueprint("Run hashicorp/setup-terraform@v3", 3)
AZURE_LOGIN = StepBlueprint("Run azure/login@v2", 4, has_post=True)


def _python_tests(version: str, seconds: float, fragile_step: str | None = None) -> JobBlueprint:
    steps = (
        CHECKOUT,
        PYTHON,
        StepBlueprint("Install dependencies", 31),
        StepBlueprint("Run pytest", seconds),
        StepBlueprint("Upload coverage", 5, only_on_push=True),
    )
    name = f"test / unit (ubuntu-latest, {version})"
    return JobBlueprint(name, UBUNTU, steps, ("lint",), fragile_step=fragile_step)


LINT = JobBlueprint(
    "lint",
    UBUNTU,
    (CHECKOUT, PYTHON, StepBlueprint("Run ruff check .", 2), StepBlueprint("Run mypy", 26)),
)
PUBLISH_IMAGE = JobBlueprint(
    "publish image",
    UBUNTU,
    (
        CHECKOUT,
        StepBlueprint("Run docker/setup-buildx-action@v3", 7, has_post=True),
        StepBlueprint("Run docker/build-push-action@v6", 118, has_post=True),
    ),
    tuple(f"test / unit (ubuntu-latest, {version})" for version in ("3.11", "3.12", "3.13")),
    only_on_push=True,
)
ORDERS_CI = WorkflowBlueprint(
    88_410_201,
    "CI",
    ".github/workflows/ci.yml",
    (
        LINT,
        _python_tests("3.11", 141),
        _python_tests("3.12", 128, fragile_step="Run pytest"),
        _python_tests("3.13", 119),
        PUBLISH_IMAGE,
    ),
    (".github/workflows/python-tests.yml",),
)
AUDIT = WorkflowBlueprint(
    88_410_202,
    "Dependency audit",
    ".github/workflows/audit.yml",
    (JobBlueprint("audit", UBUNTU, (CHECKOUT, PYTHON, StepBlueprint("Run pip-audit", 24))),),
)


def _web_tests(pool: PoolBlueprint, node: int, seconds: float) -> JobBlueprint:
    steps = (CHECKOUT, NODE, NPM_CI, StepBlueprint("npm test", seconds))
    return JobBlueprint(f"test ({pool.labels[0]}, {node})", pool, steps, ("build",))


STOREFRONT_CI = WorkflowBlueprint(
    90_127_644,
    "Web",
    ".github/workflows/web.yml",
    (
        JobBlueprint(
            "build",
            UBUNTU,
            (CHECKOUT, NODE, NPM_CI, StepBlueprint("npm run build", 96)),
        ),
        _web_tests(UBUNTU, 20, 74),
        _web_tests(UBUNTU, 22, 69),
        _web_tests(WINDOWS, 22, 163),
        JobBlueprint(
            "e2e",
            UBUNTU,
            (
                CHECKOUT,
                NODE,
                NPM_CI,
                StepBlueprint("Install Playwright browsers", 47),
                StepBlueprint("Run Playwright tests", 372),
                StepBlueprint("Upload test report", 4),
            ),
            ("build",),
            fragile_step="Run Playwright tests",
        ),
        JobBlueprint("Lighthouse report", None, (), ("build",)),
    ),
)
DOCS = WorkflowBlueprint(
    90_127_645,
    "Docs",
    ".github/workflows/docs.yml",
    (
        JobBlueprint(
            "docs", UBUNTU, (CHECKOUT, NODE, NPM_CI, StepBlueprint("Build the handbook", 58))
        ),
    ),
)


def _cargo(name: str, command: str, seconds: float, needs: tuple[str, ...] = ()) -> JobBlueprint:
    steps = (CHECKOUT, TOOLCHAIN, CARGO_CACHE, StepBlueprint(command, seconds))
    return JobBlueprint(name, BUILD_POOL, steps, needs, fragile_step=command)


ENGINE_BUILD = WorkflowBlueprint(
    93_555_018,
    "Build",
    ".github/workflows/build.yml",
    (
        JobBlueprint(
            "clippy",
            UBUNTU,
            (CHECKOUT, TOOLCHAIN, CARGO_CACHE, StepBlueprint("cargo clippy", 187)),
        ),
        _cargo("build (debug)", "cargo build", 424),
        _cargo("build (release)", "cargo build --release", 1790),
        _cargo("integration", "cargo test --workspace", 538, ("build (debug)",)),
    ),
)

TERRAFORM_PLAN = JobBlueprint(
    "plan",
    UBUNTU,
    (CHECKOUT, TERRAFORM, AZURE_LOGIN, StepBlueprint("terraform plan", 83)),
)


def _apply(environment: str, needs: str, approved: str | None) -> JobBlueprint:
    steps = (CHECKOUT, TERRAFORM, AZURE_LOGIN, StepBlueprint("terraform apply", 154))
    return JobBlueprint(
        f"deploy / apply ({environment})",
        UBUNTU,
        steps,
        (needs,),
        approved,
        fragile_step="terraform apply",
    )


DEPLOY = WorkflowBlueprint(
    95_002_377,
    "Deploy",
    ".github/workflows/deploy.yml",
    (
        TERRAFORM_PLAN,
        _apply("staging", "plan", None),
        _apply("production", "deploy / apply (staging)", "production"),
    ),
    (".github/workflows/terraform-apply.yml",),
)
DRIFT = WorkflowBlueprint(95_002_378, "Drift", ".github/workflows/drift.yml", (TERRAFORM_PLAN,))

DEVICE_TESTS = WorkflowBlueprint(
    97_640_880,
    "Device tests",
    ".github/workflows/device.yml",
    (
        JobBlueprint(
            "on device (arm64)",
            DEVICE_POOL,
            (
                CHECKOUT,
                StepBlueprint("cmake --build", 232),
                StepBlueprint("Flash the board", 41),
                StepBlueprint("ctest", 305),
            ),
        ),
    ),
)

ORDERS = RepositoryBlueprint(
    id=734_118_902,
    name="orders-api",
    description="Takes orders, answers what became of them.",
    language="Python",
    private=True,
    topics=("python", "fastapi", "service"),
    workflows=(ORDERS_CI, AUDIT),
    titles=("Retry the payment once", "Pin the tax tables", "Say which order was refused"),
)
STOREFRONT = RepositoryBlueprint(
    id=734_220_415,
    name="storefront",
    description="What customers see, from the first click to the receipt.",
    language="TypeScript",
    private=True,
    topics=("web", "typescript"),
    workflows=(STOREFRONT_CI, DOCS),
    titles=("Load the basket lazily", "Fix the focus order", "Show prices with tax"),
)
ENGINE = RepositoryBlueprint(
    id=741_903_266,
    name="engine",
    description="Pricing and routing in Rust, one workspace of forty crates.",
    language="Rust",
    private=False,
    topics=("rust", "monorepo", "routing"),
    workflows=(ENGINE_BUILD,),
    titles=("Split the router crate", "Cache the toll matrix", "Use fewer allocations in merge"),
)
PLATFORM = RepositoryBlueprint(
    id=749_650_137,
    name="platform",
    description="The infrastructure, as code, with its approvals.",
    language="HCL",
    private=True,
    topics=("terraform", "azure"),
    workflows=(DEPLOY, DRIFT),
    titles=("Widen the database subnet", "Rotate the signing keys", "Raise the pool to four nodes"),
)
FIELD_AGENT = RepositoryBlueprint(
    id=752_081_593,
    name="field-agent",
    description="Firmware of the delivery scanners.",
    language="C++",
    private=False,
    topics=("cpp", "embedded"),
    workflows=(DEVICE_TESTS,),
    titles=("Debounce the trigger", "Sleep deeper between scans", "Read the new label format"),
)
REPOSITORIES = (ORDERS, STOREFRONT, ENGINE, PLATFORM, FIELD_AGENT)
