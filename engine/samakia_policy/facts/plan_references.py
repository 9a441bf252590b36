"""What the configuration's expressions refer to, followed through modules up to the root."""

from __future__ import annotations

import re
from typing import Any

from samakia_policy.model.plan import ConfigModule, ConfigResource, Encoded, ModuleCall, Plan
from samakia_policy.model.values import escape

Path = tuple[str, ...]

_STEP = re.compile(r'module\.([^.\[\]"]++)(?:\["(?:[^"\\]|\\.)*+"\]|\[[^\]"]*+\])?(?:\.|$)')
_NAME = re.compile(r"[^.\[]*+")
_STEPS = 50


def module_path(address: str) -> Path:
    """Return the names of a module address's calls, without instance keys."""
    return tuple(_STEP.findall(address))


class References:
    """Answers which variables, resources and locals an argument is made of."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._modules: dict[Path, tuple[ConfigModule, str]] = {}
        self._calls: dict[Path, ModuleCall] = {}
        self._blocks: dict[tuple[Path, str, str, str], tuple[ConfigResource, str]] = {}
        self._found: dict[tuple[Path, str, str, str], dict[str, list[str]]] = {}
        self._index((), plan.root, "/configuration/root_module")

    def _index(self, path: Path, module: ConfigModule, pointer: str) -> None:
        self._modules[path] = module, pointer
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

    def of_resource(self, path: Path, mode: str, kind: str, name: str) -> dict[str, list[str]] | None:
        """Return the sorted references of each argument that is set; None without a block.

        An argument set from constants alone has none.
        """
        key = (path, mode, kind, name)
        if key not in self._blocks:
            return None
        if key not in self._found:
            block = self._blocks[key][0]
            each = self._plain(block.for_each_expression)
            self._found[key] = self.of_expressions(self._plan.decode_or(block.expressions, {}), path, each)
        return self._found[key]

    def of_expressions(self, expressions: Any, path: Path, each: Any = None) -> dict[str, list[str]]:
        """Return the sorted references of each expression of a block in a module."""
        if not isinstance(expressions, dict):
            return {}
        return {
            name: sorted(self._resolve(expression, path, each, _STEPS))
            for name, expression in expressions.items()
            if not _is_null(expression)
        }

    def _plain(self, encoded: Encoded) -> Any:
        return self._plan.decode_or(encoded, None)

    def _resolve(self, expression: Any, path: Path, each: Any, steps: int) -> set[str]:
        found: set[str] = set()
        for reference in _references(expression):
            found |= self._follow(reference, path, each, steps - 1)
        return found

    def _follow(self, reference: str, path: Path, each: Any, steps: int) -> set[str]:
        """Replace what stands for something else: each, a module's variable, a module's output."""
        head, _, rest = reference.partition(".")
        if steps > 0:
            if head == "each" and each is not None:
                return self._resolve(each, path, None, steps)
            if head == "var" and path:
                return self._from_caller(_NAME.match(rest)[0], reference, path, steps)  # type: ignore[index]
            if head == "module":
                return self._from_output(reference, rest, path, steps)
        return {_qualified(reference, path)}

    def _from_caller(self, variable: str, reference: str, path: Path, steps: int) -> set[str]:
        call = self._calls[path]
        arguments = self._plan.decode_or(call.expressions, {})
        if not isinstance(arguments, dict) or variable not in arguments:
            return {_qualified(reference, path)}
        each = self._plain(call.for_each_expression)
        return self._resolve(arguments[variable], path[:-1], each, steps)

    def _from_output(self, reference: str, rest: str, path: Path, steps: int) -> set[str]:
        step = _STEP.match(reference)
        below = (*path, step[1]) if step else ()
        if step is None or below not in self._modules or step.end() >= len(reference):
            # "module.m" alone only repeats the start of a reference to one of its outputs.
            whole = (*path, _NAME.match(rest)[0])  # type: ignore[index]
            return set() if whole in self._modules else {_qualified(reference, path)}
        name = _NAME.match(reference, step.end())[0]  # type: ignore[index]
        output = self._plan.decode_or(self._modules[below][0].outputs.get(name), None)
        if not isinstance(output, dict):
            return {_qualified(reference, path)}
        return self._resolve(output.get("expression"), below, None, steps)


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


def _qualified(reference: str, path: Path) -> str:
    return "".join(f"module.{name}." for name in path) + reference
