"""A Terraform plan becomes facts; attributes are decoded only when a rule needs their kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from samakia_policy.facts.plan_references import Path, References, module_path
from samakia_policy.facts.plan_values import visible
from samakia_policy.facts.secret_hints import may_hold_secret
from samakia_policy.facts.secrets import redact as redact_value
from samakia_policy.model.fact import Attrs, Fact, Origin
from samakia_policy.model.plan import Plan, ResourceChange, StateEntry
from samakia_policy.model.values import escape, is_marker, redacted, unknown

Redact = Callable[[Any], Any]


@dataclass(slots=True)
class _Place:
    """Where a plan came from and what its facts have in common."""

    plan: Plan
    references: References
    env: str
    env_class: str
    path: str
    digest: str
    redact: Redact

    def fact(
        self,
        kind: str,
        name: str,
        make: Callable[[], Attrs],
        pointer: str,
        moves: Mapping[str, str] | None = None,
        block: Callable[[], str | None] | None = None,
    ) -> Fact:
        """Return a fact of this plan's environment, its attributes made when first read.

        `moves` leads from attributes to places below the pointer, `block` to its expressions.
        """
        identity = f"{self.env}#{name}" if name else self.env
        common = {"env": self.env, "env_class": self.env_class}
        origin = Origin(self.path, pointer, self.digest)
        places = _Moved(origin, _PLACES.get(kind, {}) if moves is None else moves, block)
        return Fact(kind, identity, lambda: {**common, **make()}, origin, places)

    def block(self, module: str, resource: Any) -> Callable[[], str | None]:
        """Return a function to the pointer of a resource's expressions, None where it has no block."""
        of = self.references.pointer
        return lambda: of(module_path(module), resource.mode, resource.type, resource.name)


def plan_facts(
    plan: Plan, env: str, env_class: str, path: str, digest: str, redact: Redact = lambda value: value
) -> Iterator[Fact]:
    """Yield the facts of one plan; `redact` is applied to every value that is decoded."""
    place = _Place(plan, References(plan), env, env_class, path, digest, redact)
    yield place.fact("tf_plan", "", lambda: _plan(plan), "")
    for n, change in enumerate(plan.changes):
        pointer = f"/resource_changes/{n}"
        name = f"{change.address} (deposed {change.deposed})" if change.deposed else change.address
        yield place.fact("tf_change", name, _later(_change, place, change), pointer)
        if _remains(change) and not change.deposed:
            block = place.block(change.module_address, change)
            make = _later(_resource, place, change)
            yield place.fact("tf_resource", change.address, make, pointer, block=block)
    for entry in plan.unchanged:
        address, make = entry.resource.address, _later(_state, place, entry)
        block = place.block(entry.module_address, entry.resource)
        yield place.fact("tf_resource", address, make, entry.pointer, _STATE_PLACES, block)
    yield from _configuration(place)
    for n, check in enumerate(plan.checks):
        name = str(check.address.to_display)
        yield place.fact("tf_plan_check", name, _later(_check, place, check), f"/checks/{n}")


def plan_secrets(plan: Plan, data: bytes, env: str, path: str, digest: str) -> Iterator[Fact]:
    """Yield a secret_hit for every secret in a planned value that Terraform does not hide itself."""
    for n, change in enumerate(plan.changes if may_hold_secret(data) else []):
        done = change.change
        for side, sensitive in (("after", done.after_sensitive), ("before", done.before_sensitive)):
            encoded = bytes(getattr(done, side))
            if may_hold_secret(encoded):
                value = visible(plan.decode_or(encoded, None), False, plan.decode_or(sensitive, False))
                place = f"/resource_changes/{n}/change/{side}"
                holder = f"{'tf_resource' if side == 'after' else 'tf_change'}:{env}#{change.address}"
                yield from _hits(value, path, place, digest, holder)
    for name, variable in sorted(plan.variables.items()):
        declared = plan.root.variables.get(name)
        if declared is None or not declared.sensitive:
            value = {name: plan.decode_or(variable.value, None)}
            place = f"/variables/{escape(name)}/value"
            for fact in _hits(value, path, "", digest, f"tf_variable:{env}#{name}"):
                below = fact.origin.pointer.removeprefix(f"/{escape(name)}")
                fact.attrs["pointer"] = fact.origin.pointer = place + below
                yield fact


def _hits(value: Any, path: str, place: str, digest: str, holder: str) -> Iterator[Fact]:
    for hit in redact_value(value, place)[1]:
        attrs = {"path": path, "pointer": hit.pointer, "detector": hit.detector, "hash8": hit.hash8}
        where = Origin(path, hit.pointer, digest)
        yield Fact("secret_hit", f"{path}#{hit.hash8}", {**attrs, "holder": holder}, where)


def _remains(change: ResourceChange) -> bool:
    """Whether anything is left of an object: not when it is deleted, nor when it is forgotten."""
    return bytes(change.change.after) not in (b"", b"null")


def _later(make: Callable[[_Place, Any], Attrs], place: _Place, item: Any) -> Callable[[], Attrs]:
    return lambda: make(place, item)


def _plan(plan: Plan) -> Attrs:
    return {
        "format_version": plan.format_version,
        "terraform_version": plan.terraform_version,
        "created_at": plan.timestamp,
        "complete": plan.complete,
        "errored": plan.errored,
    }


def _change(place: _Place, change: ResourceChange) -> Attrs:
    value = place.plan.decode_or
    done = change.change
    before = visible(value(done.before, None), False, value(done.before_sensitive, False))
    return {
        **_names(change, change.module_address),
        "actions": done.actions,
        "before": place.redact(before),
        "after": place.redact(_after(place, change)),
        "replace_paths": value(done.replace_paths, []),
        "reason": change.action_reason,
        "deposed": change.deposed,
    }


def _after(place: _Place, change: ResourceChange) -> Any:
    value, done = place.plan.decode_or, change.change
    hidden, sensitive = value(done.after_unknown, False), value(done.after_sensitive, False)
    return visible(value(done.after, None), hidden, sensitive)


def _resource(place: _Place, change: ResourceChange) -> Attrs:
    path = module_path(change.module_address)
    attrs = place.redact(_after(place, change))
    names = _names(change, change.module_address)
    return {**names, **_references(place, change, path), "attrs": attrs or {}}


def _state(place: _Place, entry: StateEntry) -> Attrs:
    resource, value = entry.resource, place.plan.decode_or
    path = module_path(entry.module_address)
    attrs = visible(value(resource.values, {}), False, value(resource.sensitive_values, False))
    names = _names(resource, entry.module_address)
    return {**names, **_references(place, resource, path), "attrs": place.redact(attrs)}


def _names(resource: Any, module: str) -> Attrs:
    return {
        "address": resource.address,
        "mode": resource.mode,
        "type": resource.type,
        "name": resource.name,
        "provider": resource.provider_name,
        "module": module,
    }


def _references(place: _Place, resource: Any, path: Path) -> Attrs:
    found = place.references.of_resource(path, resource.mode, resource.type, resource.name)
    if found is None:
        return {"references": unknown("the plan's configuration has no block of this resource")}
    return {"references": found}


def _configuration(place: _Place) -> Iterator[Fact]:
    providers = place.plan.providers
    plain = {(p.module_address, p.name) for p in providers.values() if not p.alias}
    for key, provider in sorted(providers.items()):
        pointer = f"/configuration/provider_config/{escape(key)}"
        # Without required_providers an alias may be all there is of its provider.
        if not provider.alias or (provider.module_address, provider.name) not in plain:
            yield place.fact("tf_required_provider", key, _later(_required, place, provider), pointer)
        yield place.fact("tf_provider_config", key, _later(_configured, place, provider), pointer)
    yield from _implied(place)
    for name, variable in sorted(place.plan.root.variables.items()):
        pointer = f"/configuration/root_module/variables/{escape(name)}"
        yield place.fact("tf_variable", name, _later(_variable, place, (name, variable)), pointer)
    for name in sorted(set(place.plan.variables) - set(place.plan.root.variables)):
        make = _later(_given_variable, place, name)
        yield place.fact("tf_variable", name, make, f"/variables/{escape(name)}", _GIVEN_PLACES)


def _implied(place: _Place) -> Iterator[Fact]:
    """Yield providers of objects whose configuration is gone: Terraform still needs them."""
    seen = {provider.full_name for provider in place.plan.providers.values()}
    for n, change in enumerate(place.plan.changes):
        if change.provider_name and change.provider_name not in seen:
            seen.add(change.provider_name)
            source = _source(change.provider_name)
            name = source.rpartition("/")[2]
            attrs = {"name": name, "source": source, "implied": True, "proxmox": name == "proxmox"}
            pointer = f"/resource_changes/{n}"
            yield place.fact("tf_required_provider", source, attrs.copy, pointer, _IMPLIED_PLACES)


def _source(full_name: str) -> str:
    return full_name.removeprefix("registry.terraform.io/").removeprefix("registry.opentofu.org/")


def _required(place: _Place, provider: Any) -> Attrs:
    source, module = _source(provider.full_name), provider.module_address
    attrs: Attrs = {"name": provider.name, "source": source, "module": module}
    attrs["proxmox"] = _is_proxmox(provider)
    return attrs | ({"constraint": provider.version_constraint} if provider.version_constraint else {})


def _configured(place: _Place, provider: Any) -> Attrs:
    expressions = place.plan.decode_or(provider.expressions, {})
    path = module_path(provider.module_address)
    found = place.references.of_expressions(expressions, path)
    attrs: Attrs = {"name": provider.name, "module": provider.module_address, "alias": provider.alias}
    attrs["proxmox"] = _is_proxmox(provider)
    if is_marker(found):
        return {**attrs, "arguments": found, "args": found}
    arguments = {
        name: {"references": references}
        if references
        else {"value": place.redact(_constant(expressions, name))}
        for name, references in found.items()
    }
    return {**attrs, "arguments": sorted(arguments), "args": place.redact(arguments)}


def _is_proxmox(provider: Any) -> bool:
    """Whether a provider manages Proxmox, whatever a module calls it."""
    return provider.name == "proxmox" or str(provider.full_name).endswith("/proxmox")


def _constant(expressions: Any, name: str) -> Any:
    expression = expressions.get(name)
    has_value = isinstance(expression, dict) and "constant_value" in expression
    return expression["constant_value"] if has_value else unknown("not a constant")


def _variable(place: _Place, named: tuple[str, Any]) -> Attrs:
    name, variable = named
    given = place.plan.variables.get(name)
    default = place.plan.decode_or(variable.default, _NO_DEFAULT)
    attrs: Attrs = {"name": name, "declared": True, "sensitive": variable.sensitive}
    attrs["has_default"] = default is not _NO_DEFAULT
    if given is not None:
        value = place.plan.decode_or(given.value, None)
        attrs["value"] = redacted("sensitive") if variable.sensitive else place.redact({name: value})[name]
    return attrs


def _given_variable(place: _Place, name: str) -> Attrs:
    """Return a variable that has a value, but no declaration in the configuration that the plan shows."""
    root = place.plan.root
    shown = root.resources or root.variables or root.module_calls
    declared = False if shown else unknown("the plan shows no configuration")
    value = place.plan.decode_or(place.plan.variables[name].value, None)
    attrs: Attrs = {"name": name, "declared": declared, "sensitive": False, "has_default": False}
    return attrs | {"value": place.redact({name: value})[name]}


_NO_DEFAULT = object()


def _check(_place: _Place, check: Any) -> Attrs:
    problems = [problem.message for instance in check.instances for problem in instance.problems]
    return {"check": check.address.to_display, "status": check.status, "problems": sorted(problems)}


class _Moved(Mapping[str, Origin]):
    """Places of attributes that lie elsewhere in the plan, made only when a finding asks."""

    __slots__ = ("_block", "_moves", "_origin")

    def __init__(
        self, origin: Origin, moves: Mapping[str, str], block: Callable[[], str | None] | None
    ) -> None:
        self._origin, self._moves, self._block = origin, moves, block

    def __getitem__(self, name: str) -> Origin:
        pointer = self._block() if name == "/references" and self._block is not None else None
        if pointer is None:
            pointer = self._origin.pointer + self._moves[name]
        return Origin(self._origin.path, pointer, self._origin.digest)

    def __iter__(self) -> Iterator[str]:
        return iter(self._moves)

    def __len__(self) -> int:
        return len(self._moves)


_PLACES: dict[str, dict[str, str]] = {
    "tf_resource": {"/attrs": "/change/after", "/references": ""},
    "tf_change": {"/actions": "/change/actions", "/after": "/change/after", "/before": "/change/before"},
    "tf_required_provider": {"/source": "/full_name", "/constraint": "/version_constraint"},
    "tf_provider_config": {"/args": "/expressions", "/arguments": "/expressions"},
    "tf_variable": {"/name": ""},
}
_GIVEN_PLACES = {"/name": "", "/value": "/value"}
_STATE_PLACES = {"/attrs": "/values", "/references": ""}
_IMPLIED_PLACES = {"/source": "/provider_name"}
