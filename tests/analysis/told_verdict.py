"""A verdict made by hand, something in each of its places, and the course that goes with it."""

from src.analysis.curves import Curves
from src.analysis.diagnosis import Diagnosis, Evidence, Finding
from src.analysis.failure_signs import Sign
from src.analysis.failures import Failure
from src.analysis.kept_curves import KeptCourse
from src.analysis.right_size import RightSize
from src.analysis.series import Span
from src.analysis.timeline import Job, Step
from src.analysis.usage import JobUsage, ProcessUse, StepUsage, Usage
from src.analysis.verdict import Verdict
from tests.analysis.used import GIB, HEALTHY, MACHINE

START_MS = 1_772_366_405_000
MAKE = Step(2, "Run make", START_MS, START_MS + 600_000, "failure")
TOP = ProcessUse("cc1", 412, 1_100.5, 3 * GIB, 10_000, None, 1_090.25)
FOUND = Finding(
    "cpu_bound",
    0.75,
    "CPU-bound: 98 % of 4 cores",
    "Take a runner with more cores.",
    (Evidence("cpu_percent_mean", 98.0, "%"),),
)
DIAGNOSIS = Diagnosis((FOUND,))
VERDICT = Verdict(
    "The runner is too small; `Run make` takes 10 min and is CPU-bound.",
    "The runner is too small",
    JobUsage(
        Job("build (linux)", START_MS, START_MS + 600_000, (MAKE,), "failure"),
        MACHINE,
        HEALTHY._replace(top_by_cpu=(TOP,), top_by_memory=(TOP,)),
        (StepUsage(MAKE, HEALTHY._replace(top_by_cpu=(TOP,)), "__run"),),
        Usage(),
    ),
    {2: DIAGNOSIS},
    DIAGNOSIS,
    RightSize("larger", "on average 98 % of 4 cores were used", 8.0, 32 * GIB),
    Failure(
        "compilation",
        0.6,
        None,
        "compilation: a compiler ran (step 2, Run make failed)",
        "Read the first error.",
        (Sign("compilation", 0.6, "a compiler ran", kind="step"),),
        2,
    ),
)
CURVES = Curves(
    Span(START_MS, START_MS + 600_000),
    cpu_cores=(3.98765, None),
    memory_bytes=(3 * GIB, 4 * GIB),
    disk_read_bytes_per_second=(0.0, 12.5),
    disk_written_bytes_per_second=(1e6, 2e6),
    network_received_bytes_per_second=(None, None),
    network_sent_bytes_per_second=(0.0, 0.0),
)
COURSE = KeptCourse(CURVES, {2: (3.98765, None)})
