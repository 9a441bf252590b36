"""What the configuration's expressions refer to, followed through modules up to the root."""

from __future__ import annotations

import re
from typing import Any

from samakia_policy.model.plan import ConfigModule, ConfigResource, ModuleCall, Plan
from samakia_policy.model.values import escape, is_marker

Path = tuple[str, ...]
Each = tuple[str, ...] | None
Found = dict[str, Any]
_Step = tuple[str, Path, Each]

_STEP = re.compile(r'module\.([^.\[\]"]++)(?:\["(?:[^"\\]|\\.)*+"\]|\[[^\]"]*+\])?(?:\.|$)')


def module_path(address: str) -> Path:
    """Return the names of a module address's calls, without instance keys."""
    return tuple(_STEP.findall(address))


class References:
    """Answers which variables, resources and locals an argument is made of."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._modules: dict[Path, ConfigModule] = {}
        self._arguments: dict[Path, tuple[Any, Each]] = {}
        self._calls: dict[Path, ModuleCall] = {}
        self._blocks: dict[tuple[Path, str, str, str], tuple[ConfigResource, str]] = {}
        self._found: dict[tuple[Path, str, str, str], Found] = {}
        self._index((), plan.root, "/configuration/root_module")

    def _index(self, path: Path, module: ConfigModule, pointer: str) -> None:
        self._modules[path] = module
        for n, block in enumerate(module.resources):
            key = (path, block.mode, block.type, block.name)
            self._blocks[key] = block, f"{pointer}/resources/{n}"
        for name, call in module.module_calls.items():
            if call.module is not None:
                below = (*path, name)
                self._calls[below] = call
                self._index(below, call.module, f"{pointer}/module_calls/{escape(name)}/module")

    def pointer(self, path: Path, mode: str, kind: str, name: str) -> str | None:
        """Return the JSON pointer of a resource block's expressions."""
        found = self._blocks.get((path, mode, kind, name))
        return None if found is None else f"{found[1]}/expressions"

    def of_resource(self, path: Path, mode: str, kind: str, name: str) -> Found | None:
        """Return the sorted references of each argument that is set; None without a block.

        An argument set from constants alone has none. A marker stands for a block that could
        not be read.
        """
        key = (path, mode, kind, name)
        if key not in self._blocks:
            return None
        if key not in self._found:
            block = self._blocks[key][0]
            expressions = self._plan.decode_or(block.expressions, {})
            self._found[key] = self.of_expressions(expressions, path, self._each(block))
        return self._found[key]

    def of_expressions(self, expressions: Any, path: Path, each: Each = None) -> Found:
        """Return the sorted references of each expression of a block; a marker for a marker."""
        if not isinstance(expressions, dict):
            return {}
        if is_marker(expressions):
            return expressions
        return {
            name: sorted(self._resolve(expression, path, each))
            for name, expression in expressions.items()
            if not _is_null(expression)
        }

    def _each(self, block: ConfigResource | ModuleCall) -> Each:
        """Return what a block's for_each refers to; None for a block without one."""
        if not block.for_each_expression:
            return None
        return tuple(_references(self._plan.decode(block.for_each_expression)))

    def _resolve(self, expression: Any, path: Path, each: Each) -> set[str]:
        """Follow references until nothing stands for something else; a cycle ends by itself."""
        pending: list[_Step] = [(reference, path, each) for reference in _references(expression)]
        seen: set[_Step] = set()
        found: set[str] = set()
        while pending:
            step = pending.pop()
            if step not in seen:
                seen.add(step)
                further = self._follow(*step)
                pending.extend(further or ())
                if further is None:
                    found.add("".join(f"module.{name}." for name in step[1]) + step[0])
        return found

    def _follow(self, reference: str, path: Path, each: Each) -> list[_Step] | None:
        """Return what a reference stands for (each, a variable, an output); None for itself."""
        head, _, rest = reference.partition(".")
        if head == "each" and each is not None:
            return [(below, path, None) for below in each]
        if head == "var" and path:
            return self._argument(_first_name(rest), path)
        if head == "module":
            return self._output(reference, rest, path)
        return None

    def _argument(self, variable: str, path: Path) -> list[_Step] | None:
        """Follow a module's variable to the argument of the call."""
        call = self._calls[path]
        if path not in self._arguments:
            self._arguments[path] = self._plan.decode_or(call.expressions, {}), self._each(call)
        arguments, each = self._arguments[path]
        if not isinstance(arguments, dict) or variable not in arguments:
            return None
        return [(below, path[:-1], each) for below in _references(arguments[variable])]

    def _output(self, reference: str, rest: str, path: Path) -> list[_Step] | None:
        """Follow a module's output into the module."""
        step = _STEP.match(reference)
        if step is None or step.end() >= len(reference):
            # "module.m" alone only repeats the start of a reference to one of its outputs.
            return [] if (*path, _first_name(rest)) in self._modules else None
        below = (*path, step[1])
        if below not in self._modules:
            return None
        encoded = self._modules[below].outputs.get(_first_name(reference[step.end() :]))
        output = self._plan.decode_or(encoded, None)
        if not isinstance(output, dict):
            return None
        return [(inner, below, None) for inner in _references(output.get("expression"))]


def _first_name(rest: str) -> str:
    return re.split(r"[.\[]", rest, maxsplit=1)[0]


def _references(expression: Any) -> list[str]:
    """Return what an expression, or a nested block of expressions, refers to."""
    if isinstance(expression, list):
        return [reference for block in expression for reference in _references(block)]
    if not isinstance(expression, dict) or "constant_value" in expression:
        return []
    direct = expression.get("references")
    if isinstance(direct, list) and all(isinstance(reference, str) for reference in direct):
        return direct
    return [reference for below in expression.values() for reference in _references(below)]


def _is_null(expression: Any) -> bool:
    return isinstance(expression, dict) and expression.get("constant_value", expression) is None
