"""The words an interpreter was called with; what it runs, as one reads it out: never a value.

`python3 -I -m pytest --token=…` runs `-m pytest`, `bash -ec 'curl …'` runs `-c`, and
`node --require ./x.js /runner/_work/_actions/actions/checkout/v4/dist/index.js` `actions/checkout`.
"""

from __future__ import annotations

from posixpath import basename

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Optional

_ACTIONS, _STEPS = "/_actions/", "/_temp/"  # where a runner puts actions, and the scripts of steps
_NAMELESS = ("/dev/fd/", "/proc/")
_STEP = "(step)"
_STEP_HYPHENS = 4  # such a script is named by a random UUID
_ENDINGS = (
    *(".py", ".pyz", ".js", ".cjs", ".mjs", ".ts", ".sh", ".bash"),
    *(".rb", ".pl", ".php", ".jar", ".dll"),
)


class Interpreter:
    """How one is called."""

    __slots__ = ("code", "file", "module", "valued")

    def __init__(
        self,
        *,
        code: Sequence[str] = (),
        module: Sequence[str] = (),
        file: Sequence[str] = (),
        valued: Sequence[str] = (),
    ) -> None:
        """Options that code follows, a module's name, a file; those with a value of no interest.

        Those of one letter that can stand together (`-Im`) are told without the hyphen.
        """
        self.code = code
        self.module = module
        self.file = file
        self.valued = valued


_PYTHON = Interpreter(code=["c"], module=["m"], valued=["W", "X", "--check-hash-based-pycs"])
_SHELL = Interpreter(code=["c"], valued=["o", "O", "--rcfile", "--init-file"])
_NODE = Interpreter(
    code=["e", "p", "--eval", "--print"],
    valued=["r", "C", "--require", "--import", "--loader", "--env-file", "--conditions"],
)
_JAVA = Interpreter(
    module=["-m", "--module"],
    file=["-jar"],
    valued=[
        *("-cp", "-classpath", "--class-path", "-p", "--module-path", "--upgrade-module-path"),
        *("--add-modules", "--add-opens", "--add-exports", "--add-reads", "--limit-modules"),
    ],
)
_KNOWN = {
    "python": _PYTHON,
    "pypy": _PYTHON,
    "bash": _SHELL,
    "sh": _SHELL,
    "dash": _SHELL,
    "zsh": _SHELL,
    "ksh": _SHELL,
    "node": _NODE,
    "nodejs": _NODE,
    "java": _JAVA,
    "ruby": Interpreter(code=["e"], valued=["I", "r", "C"]),
    "perl": Interpreter(code=["e", "E"], valued=["I"]),
    "php": Interpreter(code=["r", "B", "R", "E"], file=["-f"], valued=["d", "c"]),
}


def interpreter(name: str) -> Optional[Interpreter]:
    """The one of this name, which may end in a version."""
    return _KNOWN.get(name.rstrip("0123456789."))


def what_runs(known: Interpreter, words: Sequence[str]) -> str:
    """What it was told to run, by the words after its own name; "" where that is unknown."""
    rest = iter(words)
    is_doubtful = False  # whether the word before may be an option with a value
    for word in rest:
        if word == "--":
            return _file(next(rest, ""))
        if word[:1] not in {"-", "+"} or word == "-":
            if _is_file(word) or not is_doubtful:
                return _file(word) if _is_file(word) else word.rpartition(".")[2]  # a Java class
            is_doubtful = False
            continue
        found = _by_option(known, word, rest)
        if found is not None:
            return found
        is_doubtful = word.startswith("--") and "=" not in word and word not in known.valued
    return ""


def _by_option(known: Interpreter, word: str, rest: Iterator[str]) -> Optional[str]:
    """What an option says is run; None where the words after it will tell."""
    for option, attached in _options(word):
        if option in known.code:
            return option if option.startswith("-") else f"-{option}"
        if option in known.module:
            return f"-m {basename(attached or next(rest, ''))}"
        if option in known.file:
            return _file(attached or next(rest, ""))
        if option in known.valued:
            if not attached:
                next(rest, None)
            return None
    return None


def _options(word: str) -> Iterator[tuple[str, str]]:
    """The whole word, then its letters; each with the value that may be attached to it."""
    name, _, value = word.partition("=")
    yield name, value
    if not word.startswith("--"):
        for at, letter in enumerate(word[1:], start=2):
            yield letter, word[at:]


def _is_file(word: str) -> bool:
    return "/" in word or word.endswith(_ENDINGS)


def _file(path: str) -> str:
    """A script's name; an action's is that of its repository, a step's script has none."""
    if path.startswith(_NAMELESS):
        return ""
    if _ACTIONS in path:
        owner_and_repository = path.partition(_ACTIONS)[2].split("/")[:2]
        return "/".join(owner_and_repository)
    if _STEPS in path and basename(path).count("-") == _STEP_HYPHENS:
        return _STEP
    return basename(path)
