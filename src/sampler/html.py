"""A verdict and the batches it rests on in; a report of the job as one HTML file, out.

It asks for nothing from anywhere and runs no script but its own, whatever names it shows: its
policy says so to the browser. Its size is bounded, however long the job and however many its steps.
https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CSP
"""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from typing import Iterable, Iterator, Optional, Sequence

from ..analysis.series import Span
from ..analysis.usage import StepUsage
from ..analysis.verdict import Verdict
from ..charts.markup import element, printable, shortened, text
from ..model.samples import Batch
from .report.curves import Course, Curves, course_of
from .report.moments import MOST_PARTS, Axis, axis_of, curves_drawn, readings, steps_drawn
from .report.phrases import capital, lasted, machine, step_name
from .report.script import SCRIPT
from .report.sections import cards, failure, notes, shortages, stage_list, verdict_line
from .report.stages import Stage
from .report.step_table import longest
from .report.style import page_style
from .report.tables import cpu_by_step, name, processes_table, steps_table

MOST_STEPS = 300
_LONGEST_NAME = 80
