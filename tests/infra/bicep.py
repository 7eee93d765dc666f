"""Bicep's text in; what it declares out, as Python values, by the language's tree-sitter grammar.

A string is a `str` with its `${…}` in it, an object a dict, an array a list, a loop `Each`; of any
other expression the source is kept, in an `Expression`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tree_sitter_bicep
from tree_sitter import Language, Node, Parser

ROOT = Path(__file__).parents[2]
INFRA = ROOT / "infra"

_PARSER = Parser(Language(tree_sitter_bicep.language()))
_WORDS = {"true": True, "false": False, "null": None}


@dataclass(frozen=True)
class Expression:
    """What is computed in Azure."""

    text: str


@dataclass(frozen=True)
class Each:
    """A loop: over what, and what each becomes."""

    over: Any
    body: Any


@dataclass(frozen=True)
class Parameter:
    """What a file is given."""

    type: str
    default: Any
    is_required: bool
    decorators: dict[str, Any]

    @property
    def is_secure(self) -> bool:
        """Whether nothing may show it."""
        return "secure" in self.decorators


@dataclass(frozen=True)
class Declaration:
    """A resource or a module; `kind` is TYPE@VERSION, or the module's file."""

    kind: str
    is_existing: bool
    condition: str
    body: Any

    @property
    def one(self) -> dict[str, Any]:
        """Its properties; those of each, where it is a loop."""
        body = self.body.body if isinstance(self.body, Each) else self.body
        assert isinstance(body, dict)
        return body


@dataclass(frozen=True)
class Template:
    """A file."""

    text: str
    errors: list[str]
    parameters: dict[str, Parameter] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    resources: dict[str, Declaration] = field(default_factory=dict)
    modules: dict[str, Declaration] = field(default_factory=dict)
    outputs: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)


def sources() -> dict[str, str]:
    """Every file's text, by its path below infra/."""
    files = sorted(INFRA.rglob("*.bicep"))
    return {str(file.relative_to(INFRA)): file.read_text() for file in files}


def parse(text: str) -> Template:
    """What a text declares; `errors` says where it is no Bicep."""
    tree = _PARSER.parse(text.encode()).root_node
    template = Template(text, [_said(node) for node in _walk(tree) if _is_error(node)])
    decorators: dict[str, Any] = {}
    for node in tree.named_children:
        if node.type == "decorators":
            decorators = dict(map(_decorator, node.named_children))
            continue
        _declare(template, node, decorators)
        decorators = {}
    return template


def _declare(template: Template, node: Node, decorators: dict[str, Any]) -> None:
    name = _text(node.named_children[0]) if node.named_children else ""
    if node.type == "parameter_declaration":
        default = node.named_children[2:]
        value = _value(default[0]) if default else None
        kind = _text(node.named_children[1])
        template.parameters[name] = Parameter(kind, value, not default, decorators)
    elif node.type == "variable_declaration":
        template.variables[name] = _value(node.named_children[-1])
    elif node.type == "output_declaration":
        template.outputs[name] = (_text(node.named_children[-1]), decorators)
    elif node.type == "resource_declaration":
        template.resources[name] = _declaration(node)
    elif node.type == "module_declaration":
        template.modules[name] = _declaration(node)


def _declaration(node: Node) -> Declaration:
    kind, body = _value(node.named_children[1]), node.named_children[-1]
    is_existing = any(
        child.type == "existing" or _text(child) == "existing" for child in node.children
    )
    condition = ""
    if body.type == "if_statement":
        condition = _text(body.named_children[0])
        body = body.named_children[-1]
    return Declaration(kind, is_existing, condition, _value(body))


def _decorator(node: Node) -> tuple[str, Any]:
    call = node.named_children[0]
    arguments = call.named_children[-1].named_children if len(call.named_children) > 1 else []
    return _text(call.named_children[0]), _value(arguments[0]) if arguments else None


def _value(node: Node) -> Any:  # noqa: PLR0911 -- a kind of node a line
    if node.type == "string":
        return _text(node)[1:-1].replace("\\'", "'")
    if node.type == "object":
        pairs = [child for child in node.named_children if child.type == "object_property"]
        return {_key(pair): _value(pair.named_children[-1]) for pair in pairs}
    if node.type == "array":
        items = [child for child in node.named_children if child.type != "comment"]
        return [_value(item) for item in items]
    if node.type == "for_statement":
        *_, over, body = (child for child in node.named_children if child.type != "comment")
        return Each(_value(over), _value(body))
    if node.type == "number":
        return int(_text(node))
    if _text(node) in _WORDS:
        return _WORDS[_text(node)]
    return Expression(_text(node))


def _key(pair: Node) -> str:
    return _text(pair.named_children[0]).strip("'")


def _walk(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _walk(child)


def _is_error(node: Node) -> bool:
    return node.type == "ERROR" or node.is_missing


def _said(node: Node) -> str:
    return f"line {node.start_point[0] + 1}: {_text(node)[:40]!r}"


def _text(node: Node) -> str:
    return (node.text or b"").decode()
