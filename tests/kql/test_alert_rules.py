"""The alerts' rules and the saved functions in Bicep, held against the KQL and Azure's limits.

https://learn.microsoft.com/azure/azure-monitor/alerts/alerts-create-log-alert-rule
"""

import re
from datetime import timedelta

import pytest

from src.kql.catalogue import ALERTS, functions_folder, shipped_alerts
from src.kql.saved_functions import render_functions
from src.kql.scopes import WORKSPACE
from tests.kql.alert_rules import MODULES, alert_rules, loaded_file, module

RULES = alert_rules()
TEXTS = {alert.name: alert for alert in shipped_alerts()}

LONGEST = timedelta(days=2)
WINDOWS = {"PT5M", "PT10M", "PT15M", "PT30M", "PT45M"} | {
    *("PT1H", "PT2H", "PT3H", "PT4H", "PT5H", "PT6H", "P1D", "P2D")
}
MOST_BYTES = 64_000
MOST_DIMENSIONS = 6
HOURS_OF = {"m": 1 / 60, "h": 1.0, "d": 24.0}


def duration(text: str) -> timedelta:
    """`PT15M`, `PT6H` or `P2D`."""
    match = re.fullmatch(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?", text)
    assert match, text
    days, hours, minutes = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


def looks_back(text: str) -> timedelta:
    """The furthest that a query asks for."""
    spans = re.findall(r"\bago\((\d+)([mhd])\)", text)
    return timedelta(hours=max((int(n) * HOURS_OF[unit] for n, unit in spans), default=0.0))


def test_each_text_has_its_rule_and_each_rule_its_text():
    assert RULES.keys() == TEXTS.keys()
    for name, rule in RULES.items():
        assert rule.file == ALERTS / f"{name}.kql"


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_as_azure_allows(name: str):
    rule = RULES[name]

    assert {rule.frequency, rule.window} <= WINDOWS
    assert duration(rule.frequency) <= duration(rule.window) <= LONGEST
    assert len(rule.dimensions) <= MOST_DIMENSIONS
    assert len(rule.text.encode()) < MOST_BYTES


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_as_azure_takes_it_in_an_alert(name: str):
    text = TEXTS[name].text

    assert looks_back(text) <= duration(RULES[name].window)
    assert text.count("ago(") == len(re.findall(r"\bago\(\d+[mhd]\)", text))
    assert not re.search(r"bag_unpack|\bpivot\b|\bnarrow\b|AggregatedValue|TimeGenerated", text)


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_says_first_what_it_tells_and_what_to_do(name: str):
    question = TEXTS[name].question

    assert TEXTS[name].text.startswith(f"// {question}\n")
    assert re.search(r"[:?.] \w", question)
    assert question.endswith((".", "?"))
    assert len(question) < 200


@pytest.mark.parametrize("name", RULES)
def test_a_rule_compares_a_column_that_the_answer_has(name: str):
    """Its number and its dimensions are named in the text as results of its last operators."""
    rule = RULES[name]
    last = rule.text[rule.text.rindex("| summarize") :]

    for column in (rule.number, *rule.dimensions):
        assert re.search(rf"\b{column}\b", last), column


def test_thresholds_stand_in_the_parameters_alone():
    read = module("alerts")
    named = {rule["threshold"] for rule in read["variables"]["rules"]["value"]}

    assert len(named) == len(RULES)
    for name in named:
        parameter = read["parameters"][name]
        assert parameter["type"] == "int"
        kinds = {decorator["type"] for decorator in parameter["decorators"]}
        assert kinds >= {"description", "min_value"}


def test_every_parameter_is_described():
    for name in ("alerts", "functions"):
        for parameter in module(name)["parameters"].values():
            assert "description" in {decorator["type"] for decorator in parameter["decorators"]}


def test_a_rule_looks_two_days_back_and_heals_itself():
    text = (MODULES / "alerts.bicep").read_text()

    assert "overrideQueryTimeRange: rule.window == 'P2D' ? null : 'P2D'" in text
    assert "autoMitigate: true" in text
    assert "operator: 'GreaterThan'" in text
    assert "timeAggregation: 'Maximum'" in text


def test_each_saved_function_is_put_into_the_workspace_as_it_is_generated():
    saved = module("functions")["variables"]["functions"]["value"]
    files = {each["name"]: loaded_file(each["body"]) for each in saved}

    assert files == {
        name: functions_folder(WORKSPACE) / f"{name}.kql" for name in render_functions(WORKSPACE)
    }
