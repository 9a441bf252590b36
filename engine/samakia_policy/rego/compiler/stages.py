"""All stages for modules, in OPA's order. A stage that finds an error it cannot pass is the last."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from samakia_policy.rego.builtins.registry import signatures
from samakia_policy.rego.compiler.annotation_set import annotation_set
from samakia_policy.rego.compiler.calls import check_undefined, check_void
from samakia_policy.rego.compiler.compiled import Compiled
from samakia_policy.rego.compiler.conflicts import check_conflicts
from samakia_policy.rego.compiler.dependencies import build_graph
from samakia_policy.rego.compiler.documents import existing_path
from samakia_policy.rego.compiler.dynamic_terms import DynamicTerms
from samakia_policy.rego.compiler.expr_terms import ExprTerms
from samakia_policy.rego.compiler.faults import MAX_ERRORS, Faults
from samakia_policy.rego.compiler.imports import check_duplicate, check_unused
from samakia_policy.rego.compiler.keywords import check_deprecated, check_overrides, check_unsafe
from samakia_policy.rego.compiler.locals import Locals
from samakia_policy.rego.compiler.metadata import CHAIN, RULE, rewrite_metadata
from samakia_policy.rego.compiler.notes import Notes
from samakia_policy.rego.compiler.prints import Prints, erase_prints
from samakia_policy.rego.compiler.recursion import check_recursion
from samakia_policy.rego.compiler.resolve import exported_names, resolve_module
from samakia_policy.rego.compiler.result_terms import bind_comprehensions, bind_head, bind_head_refs
from samakia_policy.rego.compiler.rule_locals import RuleLocals
from samakia_policy.rego.compiler.safety import check_bodies, check_heads
from samakia_policy.rego.compiler.template_strings import TemplateStrings
from samakia_policy.rego.compiler.tree import ModuleTree, RuleTree, module_tree, rule_tree
from samakia_policy.rego.compiler.walk import rules
from samakia_policy.rego.compiler.with_values import WithValues
from samakia_policy.rego.errors import Fault
from samakia_policy.rego.syntax.nodes import Module, Rule
from samakia_policy.rego.syntax.printer import text_of

_METADATA = frozenset((CHAIN, RULE))
Schemas = Mapping[str, Any]


def compile_modules(  # noqa: PLR0913 - each argument a choice of the caller
    modules: Mapping[str, Module],
    *,
    strict: bool = False,
    keep_prints: bool = True,
    schemas: Schemas | None = None,
    data: Any = None,
    max_errors: int = MAX_ERRORS,
    unsafe: frozenset[str] = frozenset(),
) -> Compiled:
    """Return modules, by name, in core form; raises RegoError with every fault found.

    `data`: the base documents, which rules must not hide. `schemas`: JSON Schemas by the reference that
    annotations use; the one at `schema` is that of `input`. `unsafe`: built-ins that must not be called.
    """
    stages = Stages(modules, Faults(max_errors), strict=strict, unsafe=unsafe)
    for stage in stages.all(keep_prints, data, schemas):
        stage()
        if stages.faults.stopped:
            break
    stages.faults.raise_found()
    return stages.compiled


class Stages:
    """One compilation."""

    def __init__(
        self, modules: Mapping[str, Module], faults: Faults, *, strict: bool, unsafe: frozenset[str]
    ) -> None:
        self.given = {name: modules[name] for name in sorted(modules)}
        self.faults = faults
        self.strict = strict
        self.unsafe = unsafe
        self.locals = Locals()
        self.notes: dict[str, Notes] = {}
        self.compiled = Compiled({}, ModuleTree(), RuleTree())
        self.compiled.subjects = self.locals.subjects
        self.compiled.unread = self.locals.unread

    def all(self, keep_prints: bool, data: Any, schemas: Schemas | None) -> Iterator[Callable[[], None]]:
        """Yield the stages in order."""
        yield self.resolve
        if self.strict:
            yield self.check_unused_imports
        yield self.rewrite_head_refs
        yield self.check_names
        yield self.set_trees
        yield self.rewrite_local_vars
        yield self.rewrite_template_strings
        yield self.check_void_calls
        yield self.keep_prints if keep_prints else self.erase_prints
        yield self.rewrite_expr_terms
        yield self.rewrite_metadata
        yield self.set_graph
        yield self.rewrite_result_terms
        yield self.rewrite_with_values
        yield lambda: self.check_conflicts(data)
        yield self.check_undefined
        yield self.check_safety_heads
        yield self.check_safety_bodies
        yield self.rewrite_dynamic_terms
        yield self.check_recursion
        yield lambda: self.check_types(schemas)
        yield self.check_builtins

    def resolve(self) -> None:
        """ResolveRefs."""
        exports = exported_names(self.given.values())
        known = signatures()
        for name, module in self.given.items():
            notes = self.notes[name] = Notes(known)
            made, faults = resolve_module(module, exports[text_of(module.package)], notes)
            self.compiled.modules[name] = made
            self.faults.add(faults)
            self.locals.taken |= notes.generated
            self.compiled.required |= notes.called & known.keys()

    def check_unused_imports(self) -> None:
        """CheckUnusedImports, strict only."""
        for name, module in self.compiled.modules.items():
            self.faults.add(check_unused(module, self.notes[name].used), recoverable=True)

    def rewrite_head_refs(self) -> None:
        """RewriteRuleHeadRefs."""
        for module in self.compiled.modules.values():
            for rule in module.rules:
                bind_head_refs(rule, self.locals)

    def check_names(self) -> None:
        """CheckKeywordOverrides and CheckDuplicateImports; RemoveImports."""
        checked = [module for module in self.compiled.modules.values() if self.strict or module.version > 0]
        for check in (check_overrides, check_duplicate):
            for module in checked:
                self.faults.add(check(module), recoverable=True)
        for module in self.compiled.modules.values():
            module.imports = []

    def set_trees(self) -> None:
        """SetModuleTree and SetRuleTree."""
        self.compiled.module_tree = module_tree(self.compiled.modules.values())
        self.compiled.tree = rule_tree(self.compiled.module_tree)

    def rewrite_local_vars(self) -> None:
        """RewriteLocalVars."""
        local = RuleLocals(self.locals, self.faults, strict=self.strict)
        for name, module in self.compiled.modules.items():
            local.module(module, self.notes[name].seen)
        self.compiled.rewritten = local.rewritten

    def rewrite_template_strings(self) -> None:
        """RewriteTemplateStrings."""
        compiled = self.compiled
        templates = TemplateStrings(self.locals, compiled.rewritten, compiled.arity, compiled.tree)
        for rule in self._rules(lambda notes: notes.templates):
            templates.rule(rule)
        self.faults.add(templates.faults)

    def check_void_calls(self) -> None:
        """CheckVoidCalls."""
        void = frozenset(name for name, entry in signatures().items() if "result" not in entry["decl"])
        for name, module in self.compiled.modules.items():
            if void & self.notes[name].called:
                self.faults.add(check_void(module))

    def keep_prints(self) -> None:
        """RewritePrintCalls, kept."""
        prints = Prints(self.locals, self.compiled.rewritten, self.compiled.arity)
        for rule in self._rules(lambda notes: "print" in notes.called):
            prints.rule(rule)
        self.faults.add(prints.faults)

    def erase_prints(self) -> None:
        """RewritePrintCalls, erased."""
        for name, module in self.compiled.modules.items():
            if "print" in self.notes[name].called:
                erase_prints(module)

    def rewrite_expr_terms(self) -> None:
        """RewriteExprTerms."""
        terms = ExprTerms(self.locals)
        for rule in self._rules():
            terms.rule(rule)

    def rewrite_metadata(self) -> None:
        """ParseMetadataBlocks, SetAnnotationSet and RewriteRegoMetadataCalls."""
        annotations, faults = annotation_set(self.compiled.modules.values())
        self.faults.add(faults)
        for rule in self._rules(lambda notes: bool(_METADATA & notes.called)):
            rewrite_metadata(rule, annotations, self.locals)

    def set_graph(self) -> None:
        """SetGraph."""
        tree = self.compiled.tree
        self.compiled.graph = build_graph(
            self.compiled.modules.values(), lambda ref: tree.dynamic(ref, hidden=True)
        )

    def rewrite_result_terms(self) -> None:
        """RewriteComprehensionTerms and RewriteRefsInHead."""
        for rule in self._rules(lambda notes: notes.comprehensions):
            for part in (rule.head, *rule.body):
                bind_comprehensions(part, self.locals)
        for rule in self._rules():
            bind_head(rule, self.locals)

    def rewrite_with_values(self) -> None:
        """RewriteWithValues."""
        withs = WithValues(self.locals, self.compiled.tree, self.unsafe)
        for rule in self._rules(lambda notes: notes.withs):
            withs.rule(rule)
        self.faults.add(withs.faults)

    def check_conflicts(self, data: Any) -> None:
        """CheckRuleConflicts."""
        compiled = self.compiled
        exists = existing_path(data) if data else None
        self.faults.add(check_conflicts(compiled.tree, compiled.module_tree, compiled.rewritten, exists))

    def check_undefined(self) -> None:
        """CheckUndefinedFuncs."""
        from samakia_policy.rego.types import miscounted

        compiled = self.compiled
        for module in compiled.modules.values():
            self.faults.add(check_undefined(module, compiled.arity, compiled.rewritten, miscounted))

    def check_safety_heads(self) -> None:
        """CheckSafetyRuleHeads."""
        self.faults.add(check_heads(self.compiled.modules.values(), self.compiled.rewritten))

    def check_safety_bodies(self) -> None:
        """CheckSafetyRuleBodies."""
        compiled = self.compiled
        self.faults.add(check_bodies(compiled.modules.values(), compiled.rewritten, compiled.arity))

    def rewrite_dynamic_terms(self) -> None:
        """RewriteEquals and RewriteDynamicTerms."""
        dynamic = DynamicTerms(self.locals, equals=True)
        for rule in self._rules():
            rule.body = dynamic.body(rule.body)

    def check_recursion(self) -> None:
        """CheckRecursion."""
        compiled = self.compiled
        if compiled.graph is not None:
            limit = self.faults.limit
            self.faults.add(check_recursion(compiled.tree, compiled.graph, compiled.rewritten, limit))

    def check_types(self, schemas: Schemas | None) -> None:
        """CheckTypes."""
        from samakia_policy.rego.types import check_types

        root = None if schemas is None else schemas.get("schema")
        found: list[Fault] = check_types(self.compiled, input_schema=root, schemas=schemas)
        self.faults.add(found, recoverable=True)

    def check_builtins(self) -> None:
        """CheckUnsafeBuiltins and CheckDeprecatedBuiltins."""
        for module in self.compiled.modules.values() if self.unsafe else ():
            self.faults.add(check_unsafe(module, self.unsafe), recoverable=True)
        deprecated = {name for name in self.compiled.required if signatures()[name].get("deprecated")}
        for module in self.compiled.modules.values() if deprecated else ():
            if self.strict or module.version > 0:
                self.faults.add(check_deprecated(module), recoverable=True)

    def _rules(self, wanted: Callable[[Notes], bool] | None = None) -> Iterator[Rule]:
        """Yield the rules, with their else clauses, of the modules whose notes say so."""
        for name, module in self.compiled.modules.items():
            if wanted is None or wanted(self.notes[name]):
                yield from rules(module)
