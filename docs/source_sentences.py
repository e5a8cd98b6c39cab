"""Sentences for users that the sources make, read without running them.

A function is followed statement by statement with the texts that its names may have: both ways of
a condition, each entry of a loop over what is written out. What is known only in a run is a gap.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from source_values import GAP, Options, Source, alternatives

DEPTH = 3  # calls of functions within one another that are followed
SEVERITIES = ("error", "warning", "info")
EXCEPTIONS = ("ValueError", "FileNotFoundError", "RuntimeError")
OF_SENTENCES = re.compile(r"problem|warning|sentences|contradictions|difference|needs_|lacking")
TEXTS = re.compile(r"\b(list|Iterator)\[str\]|^str \| None$")
OF_FAULTS = re.compile(r"[Ff]ault|problem|damage|tuple\[str, str, str|list\[tuple\]")
FOLLOWED = re.compile(r"^(str|tuple|list\[str|Fault)")  # what a called function may return
GAPS = re.compile(rf"{GAP}[{GAP} ]*{GAP}")
WORDS = re.compile(r"[A-Za-z]{2,}")


@dataclass(frozen=True)
class Sentence:
    """One sentence: severity where stated, what was found, what is expected, what to do.

    ``kind`` is row (of the table of problems), part (of a row that is made elsewhere), text (a
    whole sentence) or error (by which a job stops).
    """

    kind: str
    severity: str
    found: str
    expected: str = ""
    action: str = ""


def sentences(source: Source) -> list[Sentence]:
    """All sentences of a module, each once, in the order of the source."""
    found = {}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef):
            reader = _Reader(source)
            reader.function(node, {})
            found |= dict.fromkeys(reader.found)
    return list(found)


class _Reader:
    """Follows one function; ``found`` are its sentences, ``returned`` what it may return."""

    def __init__(self, source: Source, depth: int = 0):
        self.source, self.depth = source, depth
        self.found: list[Sentence] = []
        self.returned: list = []

    def function(self, node: ast.FunctionDef, arguments: dict) -> None:
        annotation = _annotation(node)
        of_texts = OF_SENTENCES.search(node.name) and TEXTS.search(annotation)
        self.texts = bool(of_texts or any(map(_collects, ast.walk(node))))
        named = f"{self.source.path.stem} {node.name}"
        self.severity = "warning" if "warning" in named else "error"
        of_faults = f"{node.name} {ast.unparse(node.args)} {annotation}"
        self.faults = bool(OF_FAULTS.search(of_faults))
        if not self.depth and not (self.texts or self.faults or any(map(_tells, ast.walk(node)))):
            return
        names = [one.arg for one in (*node.args.args, *node.args.kwonlyargs)]
        self.run(node.body, [{name: GAP for name in names} | arguments])

    def run(self, statements: list[ast.stmt], states: list[dict]) -> list[dict]:
        """Follow statements from each state (values of names); return the states after them."""
        for one in statements:
            states = _different(state for before in states for state in self.step(one, before))
        return states

    def step(self, node: ast.stmt, state: dict) -> list[dict]:
        match node:
            case ast.If() | ast.While():
                self.record(node.test, state)
                state = state | self.named(node.test, state)
                after = self.run(node.body, [state])
                after += self.run(node.orelse, [state])
                return after + [state] * isinstance(node, ast.While)
            case ast.For():
                self.record(node.iter, state)
                states = [state]
                for entry in self.entries(node.iter, state):
                    bound = [one | self.bound(node.target, entry, one) for one in states]
                    states = _different([*states, *self.run(node.body, bound)])
                return states
            case ast.Try():
                after = self.run(node.body + node.orelse, [state])
                for handler in node.handlers:
                    after += self.run(handler.body, [state])
                return self.run(node.finalbody, after)
            case ast.With():
                return self.run(node.body, [state])
            case ast.FunctionDef():
                return [state]
        self.record(node, state)
        match node:
            case ast.Return(value=value) if value is not None:
                self.returned += self.values(value, state)
                return []
            case ast.Return() | ast.Raise() | ast.Continue() | ast.Break():
                return []
            case ast.Assign(targets=[target], value=value):
                own = _assumed(value, state) if isinstance(value, ast.Tuple) else [state]
                return [
                    state | self.bound(target, one, state)
                    for assumed in own
                    for one in self.values(value, assumed)
                ]
            case ast.AugAssign(target=ast.Name(id=name)):
                return [state | {name: GAP}]
        return [state]

    def named(self, test: ast.expr, state: dict) -> dict:
        """Names that a condition binds, with what they may be."""
        bound = {}
        for node in ast.walk(test):
            if isinstance(node, ast.NamedExpr):
                values = self.values(node.value, state)
                bound[node.target.id] = values[0] if len(values) == 1 else GAP
        return bound

    def entries(self, node: ast.expr, state: dict) -> list:
        """Entries that a loop goes through, where they are written out; else one gap."""
        values = self.values(node, state)
        written = len(values) == 1 and isinstance(values[0], tuple)
        return list(values[0]) if written and not isinstance(values[0], Options) else [GAP]

    def bound(self, target: ast.expr, value, state: dict) -> dict:
        """Names of a target with their values; a number may change before it is told."""
        if isinstance(target, ast.Name):
            return {target.id: value if isinstance(value, str | tuple) else GAP}
        if not isinstance(target, ast.Tuple):
            return {}
        names = target.elts
        if not isinstance(value, tuple) or len(value) != len(names):
            value = [GAP] * len(names)
        bound = {}
        for name, one in zip(names, value, strict=True):
            name = name.value if isinstance(name, ast.Starred) else name
            bound |= self.bound(name, one, state)
        return bound

    def record(self, node: ast.AST, state: dict) -> None:
        """Keep the sentences that a statement or a condition makes."""
        if self.depth:
            return
        match node:
            case ast.Raise(exc=ast.Call(func=ast.Name(id=name), args=[text, *_])):
                if name in EXCEPTIONS:
                    self.keep_text("error", text, state)
            case ast.Return(value=value) if self.texts and value is not None:
                self.keep_texts(value, state)
            case ast.AugAssign(value=value) if self.texts:
                self.keep_texts(value, state)
            case ast.Assign(value=ast.List() | ast.ListComp() as value) if self.texts:
                self.keep_texts(value, state)
        for one, own in self.expressions(node, state):
            match one:
                case ast.Call(func=ast.Name(id="add"), args=arguments):
                    self.keep_row(arguments, own, 0)
                case ast.Call(func=ast.Name(id="problem"), args=arguments):
                    self.keep_row(arguments, own, 2)
                case ast.Call(func=ast.Attribute(attr="append"), args=[value]) if self.texts:
                    self.keep_texts(value, own)
                case ast.Yield(value=value) if self.texts and value is not None:
                    self.keep_texts(value, own)
                case ast.Tuple(elts=parts) if self.faults and len(parts) in (3, 4):
                    self.keep_tuple(one, own)

    def expressions(self, node: ast.AST, state: dict) -> Iterator[tuple[ast.AST, dict]]:
        """Go through the parts of a statement, each with the names known there."""
        yield node, state
        if isinstance(node, ast.ListComp | ast.GeneratorExp):
            for own in self.comprehended(node, state):
                yield from self.expressions(node.elt, own)
            return
        for part in ast.iter_child_nodes(node):
            yield from self.expressions(part, state)

    def comprehended(self, node: ast.ListComp | ast.GeneratorExp, state: dict) -> list[dict]:
        """States in which the element of a comprehension is made."""
        states = [state]
        for one in node.generators:
            states = [
                own | self.bound(one.target, entry, own)
                for own in states
                for entry in self.entries(one.iter, own)
            ]
        return states

    def keep_row(self, arguments: list[ast.expr], state: dict, first: int) -> None:
        call = ast.Tuple(elts=arguments, ctx=ast.Load())
        for assumed in _assumed(call, state):
            for value in self.values(call, assumed):
                parts = value[first:] if isinstance(value, tuple) else ()
                if len(parts) in (2, 4) and all(isinstance(one, str) for one in parts):
                    self.keep("row", *parts)

    def keep_tuple(self, node: ast.Tuple, state: dict) -> None:
        """Keep found, expected and action that wait to become a row."""
        for assumed in _assumed(node, state):
            for parts in self.values(node, assumed):
                if not isinstance(parts, tuple) or not all(isinstance(p, str) for p in parts):
                    continue
                severity = parts[0] if len(parts) == 4 else ""
                if len(parts) == 4 and severity not in SEVERITIES:
                    continue
                found, expected, action = parts[-3:]
                if " " in found and " " in action + expected and GAP not in (expected, action):
                    self.keep("part", severity, found, expected, action)

    def keep_texts(self, node: ast.expr, state: dict) -> None:
        """Keep the sentences of an expression: a text, a list of texts, or a sum of lists."""
        match node:
            case ast.List(elts=parts) | ast.Tuple(elts=parts):
                for part in parts:
                    self.keep_texts(part, state)
            case ast.BinOp(left=ast.List() | ast.ListComp() | ast.Name(), right=right):
                self.keep_texts(node.left, state)
                self.keep_texts(right, state)
            case ast.ListComp() | ast.GeneratorExp():
                for own in self.comprehended(node, state):
                    self.keep_texts(node.elt, own)
            case ast.Starred(value=value):
                self.keep_texts(value, state)
            case _:
                self.keep_text("text", node, state)

    def keep_text(self, kind: str, node: ast.expr, state: dict) -> None:
        for text in self.values(node, state):
            if isinstance(text, str):
                found, expected, action = parted(text)
                self.keep(kind, self.severity, found, expected, action)

    def keep(self, kind: str, severity: str, found: str, expected="", action="") -> None:
        enough = 3 if kind == "text" and not expected else 1
        if severity != "info" and len(WORDS.findall(found)) >= enough:
            texts = (GAPS.sub(GAP, " ".join(text.split())) for text in (found, expected, action))
            self.found.append(Sentence(kind, severity.replace(GAP, ""), *texts))

    def values(self, node: ast.expr, state: dict) -> list:
        """Alternatives of an expression: texts and numbers, tuples of them; gaps for others."""
        return alternatives(node, state, self.source, self.called)

    def called(self, name: str, arguments: list, keywords: dict) -> list:
        """Return what a function of the sources may return; a gap where it is not followed."""
        known = self.source.of(name)
        if not known or self.depth >= DEPTH or known[1] not in known[0].functions:
            return [GAP]
        node = known[0].functions[known[1]]
        if not FOLLOWED.search(_annotation(node)):
            return [GAP]
        names = [one.arg for one in (*node.args.posonlyargs, *node.args.args)]
        reader = _Reader(known[0], self.depth + 1)
        reader.function(node, dict(zip(names, arguments, strict=False)) | keywords)
        return list(dict.fromkeys(reader.returned)) or [GAP]


def _tells(node: ast.AST) -> bool:
    """Recognise a call that makes a row, or the end of a job."""
    name = getattr(getattr(node, "func", None), "id", None)
    return name in ("add", "problem", *EXCEPTIONS)


def _collects(node: ast.AST) -> bool:
    """Recognise a name to which sentences are added."""
    return isinstance(node, ast.Name) and node.id in ("problems", "warnings")


def _annotation(node: ast.FunctionDef) -> str:
    return ast.unparse(node.returns) if node.returns else ""


def parted(text: str) -> tuple[str, str, str]:
    """Found, expected and action of a sentence; empty where it does not state them.

    >>> parted("cohort.data is null; expected a folder; set it")
    ('cohort.data is null', 'a folder', 'set it')
    """
    found, _, rest = text.partition("; expected ")
    if rest:
        expected, _, action = rest.partition("; ")
        return found, expected, action
    found, _, action = text.rpartition("; ")
    return (found, "", action) if found else (text, "", "")


def _assumed(node: ast.AST, state: dict) -> list[dict]:
    """States in which each condition within an expression holds, or does not, throughout."""
    tests = {ast.dump(one.test) for one in ast.walk(node) if isinstance(one, ast.IfExp)}
    return [
        state | dict(zip(tests, holds, strict=True))
        for holds in product((True, False), repeat=len(tests))
    ]


def _different(states) -> list[dict]:
    kept = {repr(sorted(state.items())): state for state in states}
    return list(kept.values())
