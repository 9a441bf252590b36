"""From modules as parsed to modules that can be planned: OPA's compiler stages, by OPA's names.

What comes out is the *core form*; the generator and the planner understand nothing else:

- every name is resolved: a Ref starts with `data` or `input`, a local, or a Call-free generated local
  (`__local0__`); imports are gone; `_` are `$0`...; function args are vars or patterns of vars and scalars;
- no Call is nested in a Ref, array, object, set or another Call: each became an expression of its own whose
  result is the last argument (`plus(a, b, __local0__)`), or stands as the whole expression when only its
  truth counts. Refs with computed operands were hoisted as OPA hoists them (`x.y < 3` becomes
  `__local0__ = x.y; __local0__ < 3`), so that "undefined" stops the body at the same place as in OPA;
- `:=` is `eq` on a fresh local, `==` between terms is `equal` or `eq` as OPA chooses; `some` declarations are
  gone; `x in y` is `internal.member_2`; template strings are calls of `internal.template_string`;
- `with` values are scalars, vars or refs; bodies are ordered so that every literal's inputs are bound;
- heads hold vars, scalars or collections of them; `else` is `Rule.otherwise`.

The stages rewrite a private copy of each Module in place. `Compiled` (in `compiled.py`) holds what comes
after needs: modules, the rule tree, per rule the dependency graph, arity of functions, the type environment.
"""
