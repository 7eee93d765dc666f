"""A dashboard's query in, the text that its product sends out: parameters in place of expressions.

The workbook escapes as JSON does (`:escapejson`), and Grafana writes JSON (`:json`); see
https://learn.microsoft.com/azure/azure-monitor/visualize/workbooks-parameters and
https://grafana.com/docs/grafana/latest/dashboards/variables/variable-syntax/
"""

import json
import re

HOSTILE = 'o"wner\\/na\'me"; WorkflowRuns() | take 1 // {Run} ${run}'

_ESCAPED = re.compile(r"\{(\w+):escapejson\}")
_JSON = re.compile(r"\$\{(\w+):json\}")


def by_workbook(query: str, value: str) -> str:
    """With this value for every text, and a grain of half an hour."""
    escaped = json.dumps(value, ensure_ascii=False)[1:-1]
    return _ESCAPED.sub(lambda _: escaped, query.replace("{TimeRange:grain}", "30m"))


def by_grafana(query: str, value: str) -> str:
    """With this value for every text, and an interval of half an hour."""
    quoted = json.dumps(value, ensure_ascii=False)
    return _JSON.sub(lambda _: quoted, query.replace("$__interval", "30m"))
