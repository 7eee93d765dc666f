"""What failures look like without their logs, as data: signs, and the category each speaks for.

Confidence is how often the sign alone would be right. A step's marks are words as they stand in
its name, or in its action's, with whatever is neither letter nor digit taken as a space.
"""

from __future__ import annotations

from ..model.named_tuples import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional


class Category(NamedTuple):
    """A kind of failure; `is_transient`: whether trying again may help, None if it depends."""

    meaning: str
    is_transient: Optional[bool]
    advice: str


NETWORK, DEPENDENCY, ARCHITECTURE = "network", "dependency", "architecture"
COMPILATION, PACKAGING, CONFIGURATION = "compilation", "packaging", "configuration"
PERMISSION, RESOURCE, SECURITY, UNKNOWN = "permission", "resource", "security", "unknown"

CATEGORIES = {
    NETWORK: Category(
        "A connection that timed out, a download that failed",
        True,
        "Run it again; if it happens often, retry the download or cache what it fetches.",
    ),
    DEPENDENCY: Category(
        "A package or tool that is missing or does not fit",
        None,
        "Look whether the registry was away (run it again), else pin or add what is missing.",
    ),
    ARCHITECTURE: Category(
        "Cross-compilation and emulation: QEMU, toolchains, foreign binaries",
        False,
        "Check platform and toolchain, or build on a runner of the target's own architecture.",
    ),
    COMPILATION: Category(
        "A compiler or a build tool that reported errors",
        False,
        "Read the first error in the step's log; it fails again until the code is mended.",
    ),
    PACKAGING: Category(
        "Packages that could not be made or that their checks refused",
        False,
        "Read what the packaging tool says of the package's metadata and files.",
    ),
    CONFIGURATION: Category(
        "A workflow or a configuration file that is not valid, a parameter that is missing",
        False,
        "Check the workflow file, its inputs and its secrets' names.",
    ),
    PERMISSION: Category(
        "Access denied, a login that failed",
        False,
        "Check tokens, their scopes and their age, and the workflow's `permissions:`.",
    ),
    RESOURCE: Category(
        "Memory, disk or time that ran out",
        None,
        "Use a larger runner, or less at the same time; see what the step was short of.",
    ),
    SECURITY: Category(
        "A checksum, signature or scan that did not pass",
        False,
        "Do not just run it again: find out what changed in what was checked.",
    ),
    UNKNOWN: Category(
        "What only the log can tell",
        None,
        "Read the step's log.",
    ),
}
"""The ten categories, as they are told everywhere."""


class Sign(NamedTuple):
    """What speaks for a category; `is_transient` and `advice` where it knows better than that.

    `kind` is where it was seen, once it was.
    """

    category: str
    confidence: float
    why: str
    is_transient: Optional[bool] = None
    advice: str = ""
    kind: str = ""


SIGNS_BY_FINDING: dict[str, tuple[Sign, ...]] = {
    "out_of_memory": (
        Sign(
            *(RESOURCE, 0.97, "the kernel killed processes for want of memory"),
            is_transient=False,
            advice="Use a runner with more memory, or run less at the same time.",
        ),
    ),
    "own_memory_limit": (
        Sign(
            *(RESOURCE, 0.9, "the kernel killed processes at a memory limit of their own"),
            is_transient=False,
            advice="Raise that limit (docker run --memory, a service's), or use less within it.",
        ),
    ),
    "disk_full": (
        Sign(
            *(RESOURCE, 0.95, "the disk was full"),
            is_transient=False,
            advice="Free space before the step, or use a larger disk.",
        ),
    ),
    "memory_bound": (Sign(RESOURCE, 0.45, "memory was nearly used up"),),
    "waiting": (Sign(NETWORK, 0.35, "the step only waited, as for a remote that is away"),),
}
"""By the rule of a finding about the step that failed."""

ELSEWHERE = 0.5
"""What a finding about the rest of the job is worth, compared with one about the step."""

SIGNS_BY_EXIT_CODE: dict[int, tuple[Sign, ...]] = {
    2: (Sign(COMPILATION, 0.3, "exit code 2, which is make's for a recipe that failed"),),
    6: (Sign(NETWORK, 0.4, "exit code 6, which is curl's for a host it cannot resolve"),),
    7: (Sign(NETWORK, 0.4, "exit code 7, which is curl's for a refused connection"),),
    28: (Sign(NETWORK, 0.5, "exit code 28, which is curl's for a time-out"),),
    56: (Sign(NETWORK, 0.5, "exit code 56, which is curl's for a connection that broke"),),
    100: (Sign(DEPENDENCY, 0.6, "exit code 100, which is apt's"),),
    101: (Sign(COMPILATION, 0.45, "exit code 101, which is cargo's"),),
    124: (Sign(NETWORK, 0.4, "exit code 124: `timeout` gave it up"),),
    126: (
        Sign(PERMISSION, 0.7, "exit code 126: a file that may not be executed"),
        Sign(ARCHITECTURE, 0.5, "exit code 126, also for a binary of another architecture"),
    ),
    127: (Sign(DEPENDENCY, 0.75, "exit code 127: a command was not found"),),
    128: (
        Sign(NETWORK, 0.5, "exit code 128: git gave up on its remote"),
        Sign(PERMISSION, 0.35, "exit code 128, also for a remote that refuses the token"),
    ),
    134: (Sign(UNKNOWN, 0.4, "exit code 134: a program aborted itself"),),
    137: (Sign(RESOURCE, 0.75, "exit code 137: killed, as when memory runs out"),),
    139: (Sign(ARCHITECTURE, 0.3, "exit code 139: a program crashed, as emulated ones do"),),
    143: (
        Sign(
            *(RESOURCE, 0.45, "exit code 143: stopped from outside, as when a runner goes away"),
            is_transient=True,
        ),
    ),
}

SIGNS_BY_CONCLUSION: dict[str, tuple[Sign, ...]] = {
    "timed_out": (
        Sign(
            *(RESOURCE, 0.85, "it ran into its time limit"),
            advice="See what the step was short of; if it only waited, a shorter limit saves time.",
        ),
    ),
    "startup_failure": (Sign(CONFIGURATION, 0.9, "the workflow could not be started"),),
    "action_required": (Sign(PERMISSION, 0.85, "somebody's approval was required"),),
}
"""By GitHub's word for the job's or the step's end."""


class StepSign(NamedTuple):
    """What a step's name says it does, and what then is likely to have failed."""

    category: str
    confidence: float
    why: str
    marks: tuple[str, ...]


SIGNS_BY_STEP: tuple[StepSign, ...] = (
    StepSign(
        *(NETWORK, 0.75, "the step fetches from or sends to GitHub"),
        (
            *("actions/checkout", "actions/cache", "actions/upload-artifact"),
            *("actions/download-artifact", "Set up job", "git clone", "git fetch"),
        ),
    ),
    StepSign(
        *(NETWORK, 0.65, "the step downloads"),
        (
            *("curl", "wget", "download", "docker pull", "Initialize containers", "rsync"),
            *("checkout", "fetch"),
        ),
    ),
    StepSign(
        *(DEPENDENCY, 0.75, "the step installs dependencies"),
        (
            *("npm ci", "npm install", "npm i", "yarn install", "pnpm install", "pnpm i"),
            *(
                "pip install",
                "pip3 install",
                "poetry install",
                "uv sync",
                "uv pip",
                "conda install",
            ),
            *("apt", "apt-get", "brew install", "yum install", "dnf install", "apk add"),
            *("bundle install", "composer install", "go mod download", "cargo fetch"),
            *("dotnet restore", "nuget restore", "install dependencies", "install deps"),
        ),
    ),
    StepSign(
        *(DEPENDENCY, 0.55, "the step sets a toolchain up"),
        (
            *("actions/setup-node", "actions/setup-python", "actions/setup-go", "setup-ruby"),
            *("actions/setup-java", "actions/setup-dotnet", "rust-toolchain", "setup-uv"),
            *("install", "dependencies"),
        ),
    ),
    StepSign(
        *(ARCHITECTURE, 0.75, "the step builds for another architecture"),
        ("qemu", "buildx", "binfmt", "cross build", "cross compile", "multiarch", "multi-arch"),
    ),
    StepSign(
        *(ARCHITECTURE, 0.5, "the step's name tells an architecture"),
        ("arm64", "aarch64", "armhf", "armv7", "riscv64", "ppc64le", "s390x"),
    ),
    StepSign(
        *(COMPILATION, 0.75, "the step compiles"),
        (
            *("make", "cmake", "ninja", "meson", "bazel build", "gcc", "g++", "clang", "rustc"),
            *("cargo build", "cargo check", "cargo clippy", "go build", "go vet", "tsc"),
            *("gradlew", "gradle", "mvn", "javac", "dotnet build", "msbuild", "xcodebuild"),
            *("npm run build", "yarn build", "pnpm build", "vite build", "webpack", "compile"),
        ),
    ),
    StepSign(
        *(COMPILATION, 0.45, "the step builds"),
        ("build", "docker build", "docker/build-push-action", "rebuild"),
    ),
    StepSign(
        *(PACKAGING, 0.8, "the step makes packages"),
        (
            *("dpkg", "dpkg-buildpackage", "dpkg-deb", "debuild", "debhelper", "lintian", "sbuild"),
            *("rpmbuild", "rpmlint", "snapcraft", "flatpak-builder", "goreleaser", "nfpm"),
            *("helm package", "npm pack", "cargo package", "python -m build", "twine check"),
        ),
    ),
    StepSign(PACKAGING, 0.5, "the step's name speaks of packages", ("package", "packaging", "deb")),
    StepSign(
        *(CONFIGURATION, 0.7, "the step checks configuration"),
        (
            *("actionlint", "yamllint", "terraform validate", "terraform fmt", "helm lint"),
            *("docker compose config", "validate", "check-jsonschema"),
        ),
    ),
    StepSign(
        *(CONFIGURATION, 0.45, "the step configures"),
        ("configure", "config", "configuration", "terraform init"),
    ),
    StepSign(
        *(PERMISSION, 0.8, "the step logs in"),
        (
            *("login", "azure/login", "docker/login-action", "gh auth", "az login", "docker login"),
            *("aws-actions/configure-aws-credentials", "google-github-actions/auth"),
            *("actions/create-github-app-token", "ssh-agent"),
        ),
    ),
    StepSign(
        *(PERMISSION, 0.45, "the step writes where it needs leave to"),
        ("git push", "docker push", "publish", "deploy", "release", "upload", "terraform apply"),
    ),
    StepSign(
        *(SECURITY, 0.8, "the step verifies or scans"),
        (
            *("cosign", "sigstore", "slsa-verifier", "gpg", "checksum", "checksums", "sha256sum"),
            *("github/codeql-action", "codeql", "trivy", "snyk", "grype", "semgrep", "gitleaks"),
            *("npm audit", "cargo audit", "cargo deny", "pip-audit", "dependency-review"),
            *("verify signature", "verify signatures", "trufflehog", "bandit", "zizmor"),
        ),
    ),
    StepSign(
        *(UNKNOWN, 0.6, "the step tests; which test failed, its log tells"),
        (
            *("test", "tests", "pytest", "tox", "nox", "jest", "vitest", "playwright", "cypress"),
            *(
                "cargo test",
                "go test",
                "ctest",
                "rspec",
                "phpunit",
                "e2e",
                "lint",
                "ruff",
                "eslint",
            ),
        ),
    ),
)
"""However many marks fit, a category has its best row, once."""
