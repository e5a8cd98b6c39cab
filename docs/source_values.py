"""Values that expressions of a source may have, as far as the source tells."""

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product
from os.path import commonprefix
from pathlib import Path

GAP = "…"  # what is known only in a run
MOST = 12  # alternatives of an expression; of more, those that vary are gaps
FIELD = re.compile(r"\{[^{}]*\}")


class Options(tuple):
    """Pairs of key and value of a dictionary, in which something is looked up."""


@dataclass
class Source:
    """A module: its tree, the folder that its imports start from, and what it defines."""

    path: Path
    folder: Path
    others: dict = field(default_factory=dict)  # modules by path, shared by those of a folder

    def __post_init__(self):
        self.tree = ast.parse(self.path.read_text(encoding="utf-8"))
        self.functions, self.constants, self.imports = {}, {}, {}
        for node in self.tree.body:
            if isinstance(node, ast.FunctionDef):
                self.functions[node.name] = node
            elif isinstance(node, ast.Assign):
                for names in node.targets:
                    _collect(names, node.value, self.constants)
            elif isinstance(node, ast.ImportFrom) and node.module:
                for one in node.names:
                    self.imports[one.asname or one.name] = (node.module, one.name)
        self.others[self.path] = self

    def of(self, name: str) -> tuple["Source", str] | None:
        """Return the module that defines a name, and the name there; None if it is not known."""
        if name in self.functions or name in self.constants:
            return self, name
        if name not in self.imports:
            return None
        module, name = self.imports[name]
        path = self.folder.joinpath(*module.split(".")).with_suffix(".py")
        if not path.is_file():
            return None
        other = self.others.get(path) or Source(path, self.folder, self.others)
        return other.of(name)


def _collect(target: ast.expr, value: ast.expr, constants: dict) -> None:
    if isinstance(target, ast.Name):
        constants[target.id] = value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, of_it in zip(target.elts, value.elts, strict=False):
            _collect(one, of_it, constants)


def alternatives(node: ast.expr, state: dict, source: Source, called: Callable) -> list:
    """Return all values that an expression may have, by the ways that its conditions may go.

    Parameters
    ----------
    node : ast.expr
        The expression.
    state : dict
        Values of names, and by the dump of a condition whether it holds, where that is assumed.
    source : Source
        Module of the expression.
    called : callable
        Gives what a function of the sources may return, from its name, arguments and keywords.

    Returns
    -------
    list
        Texts, numbers, booleans, None and tuples of them; `GAP` for what only a run tells.
    """

    def of(part: ast.expr) -> list:
        return alternatives(part, state, source, called)

    match node:
        case ast.Constant(value=value):
            return [value]
        case ast.JoinedStr(values=parts):
            return _joined([_shown(part, of) for part in parts])
        case ast.Name(id=name):
            return [state[name]] if name in state else _constant(name, source, called)
        case ast.NamedExpr(value=value):
            return of(value)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            holds = state.get(ast.dump(test))
            if holds is None and isinstance(test, ast.Name) and state.get(test.id, GAP) != GAP:
                holds = bool(state[test.id])
            return _once((holds is not False) * of(body) + (holds is not True) * of(orelse))
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return [_sum(*pair) for pair in _combined([of(left), of(right)])]
        case ast.BinOp(left=left, op=ast.Mult(), right=_):
            texts = of(left)  # times a condition: the text is shown
            return texts if all(isinstance(text, str) for text in texts) else [GAP]
        case ast.Dict(keys=keys, values=values) if all(keys):
            pairs = zip(keys, values, strict=True)
            return [Options((of(key)[0], one) for key, value in pairs for one in of(value))]
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return [_flat(parts, own) for own in _combined([of(_inner(part)) for part in parts])]
        case ast.Subscript(value=value, slice=place):
            return [one for own in of(value) for one in _looked_up(own, of(place))]
        case ast.Call():
            return _result(node, of, called)
    return [GAP]


def _once(values: list) -> list:
    return list(dict.fromkeys(values))


def _combined(parts: list[list]) -> list[tuple]:
    """All combinations of the alternatives of parts; of too many, those that vary are gaps."""
    n = 1
    for values in parts:
        n *= len(values)
    if n > MOST:
        parts = [values if len(values) == 1 else [GAP] for values in parts]
    return list(product(*parts))


def _joined(parts: list[list]) -> list[str]:
    return _once(["".join(map(str, own)) for own in _combined(parts)])


def _shown(part: ast.expr, of: Callable) -> list[str]:
    """Text of a part of an f-string: of what may be absent, the text; of gap or text, a gap."""
    if isinstance(part, ast.Constant):
        return [part.value]
    values = _stated(of(part.value))
    told = all(isinstance(value, str | int | float) and value != GAP for value in values)
    if not told or part.conversion == ord("r"):
        return [GAP]
    pattern = of(part.format_spec)[0] if part.format_spec else ""
    try:
        return _once([format(value, pattern) for value in values])
    except ValueError:  # a text that has the place of a number
        return [GAP]


def _stated(values: list) -> list:
    return [value for value in values if value != ""] or [""]


def _sum(left, right):
    if isinstance(left, str) and isinstance(right, str):
        return left + right
    if isinstance(left, tuple) and isinstance(right, tuple):
        return left + right
    return GAP


def _inner(part: ast.expr) -> ast.expr:
    return part.value if isinstance(part, ast.Starred) else part


def _flat(parts: list[ast.expr], values: tuple):
    """Tuple of the values, those of a starred part among them; a gap if one is not known."""
    flat = []
    for part, value in zip(parts, values, strict=True):
        if isinstance(part, ast.Starred):
            if not isinstance(value, tuple):
                return GAP
            flat += value
        else:
            flat.append(value)
    return tuple(flat)


def _looked_up(value, places: list) -> list:
    """Entries of a dictionary or of a tuple; all of a dictionary where the key is not known."""
    if isinstance(value, Options):
        known = GAP not in places
        return _once([one for key, one in value if not known or key in places]) or [GAP]
    if isinstance(value, tuple) and all(isinstance(place, int) for place in places):
        return [value[place] if place < len(value) else GAP for place in places]
    return [GAP]


def _result(node: ast.Call, of: Callable, called: Callable) -> list:
    """Alternatives of the result of a call."""
    given = of(ast.Tuple(elts=node.args, ctx=ast.Load()))
    arguments = given[0] if len(given) == 1 and isinstance(given[0], tuple) else None
    match node.func:
        case ast.Name(id="counted") if arguments:
            noun, plural = [*arguments[1:], None][:2]
            return [f"{GAP} {plural or f'{noun}s'}"]
        case ast.Name(id=name) if arguments is not None:
            keywords = {one.arg: of(one.value) for one in node.keywords if one.arg}
            single = {key: values[0] for key, values in keywords.items() if len(values) == 1}
            values = _stated(called(name, list(arguments), single))
            if len(values) > 1 and all(isinstance(value, str) for value in values):
                return [_common(values)]  # what is written in several ways is a value
            return [GAP] if GAP in values else values
        case ast.Attribute(attr="join", value=ast.Constant(value=between)) if arguments:
            parts = arguments[0]
            known = isinstance(parts, tuple) and all(isinstance(one, str) for one in parts)
            return [between.join(parts) if known and not isinstance(parts, Options) else GAP]
        case ast.Attribute(attr="format", value=ast.Constant(value=str() as text)):
            return [FIELD.sub(GAP, text)]
    return [GAP]


def _common(texts: list[str]) -> str:
    """Whole words with which all texts begin, and a gap."""
    start = commonprefix(texts).rstrip(GAP)
    return start[: start.rfind(" ") + 1] + GAP


def _constant(name: str, source: Source, called: Callable) -> list:
    """Values of a name that a module defines or imports; a gap for others."""
    known = source.of(name)
    if not known or known[1] not in known[0].constants:
        return [GAP]
    return alternatives(known[0].constants[known[1]], {}, known[0], called)
