"""Make the packet of a check: everything that an auditor needs to decide the same again, without secrets."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from samakia_policy import __version__, plain_packet
from samakia_policy.errors import InputError
from samakia_policy.evaluation import runtime
from samakia_policy.evaluation.base import Limits
from samakia_policy.evidence.packet import layout, records
from samakia_policy.evidence.packet.attestations import Scope, Signing, attestations
from samakia_policy.evidence.packet.facts import dump_facts
from samakia_policy.evidence.packet.manifest import write_manifest
from samakia_policy.evidence.packet.publish import Taken, publish
from samakia_policy.evidence.signing.keys import Signer
from samakia_policy.facts.secrets import detect, redact
from samakia_policy.model.canonical import canonical, exact
from samakia_policy.model.decision import PLAIN
from samakia_policy.model.document import Document
from samakia_policy.packs.data import read_text
from samakia_policy.pipeline import Checked

MAX_INPUT_BYTES = 16 << 20
"""Bytes of one input that is kept in a packet; of a larger one only the digest is."""
CONTEXT = "facts/context.json"
FACT_KINDS = "contracts/facts.json"
_LIFE = timedelta(days=1)
_HERE = os.path.dirname(os.path.abspath(__file__))


def packet_files(checked: Checked, kind: str = "check", **more: Any) -> dict[str, bytes]:
    """Return the files of a packet by path, its manifest included; raises InputError for a changed input.

    `more`: what metadata.json says beside.
    """
    decision, world = checked.decision.to_json(), checked.world
    files = {
        layout.DECISION: canonical(decision) + b"\n",
        layout.METADATA: records.metadata(kind, decision, __version__, **more),
        layout.ENGINE: _engine(checked),
        layout.REDACTIONS: records.redactions(fact.attrs for fact in world.graph.of("secret_hit").values()),
        CONTEXT: _context(checked),
        **dump_facts(world.graph, world.locate.found),
        **_packs(checked),
        **dict(_inputs(checked)),
        **{f"waivers/{name}": data for name, data in checked.request.waiver_files.items()},
    }
    return seal(files)


def seal(files: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files with the manifest over those that one covers."""
    covered = {path: data for path, data in files.items() if layout.covered(path)}
    digests = {path: hashlib.sha256(data).hexdigest() for path, data in covered.items()}
    return {**files, layout.MANIFEST: write_manifest(digests)}


def sign_packet(checked: Checked, files: dict[str, bytes], signers: Sequence[Signer], **bound: Any) -> None:
    """Add the signed statement of a packet's decision, and its views, to the packet's files.

    It is good for a day. `bound`: more fields of `attestations.Signing`.
    """
    request = checked.request
    stated = {
        "scope": Scope(environment=request.environment, action=request.action),
        "now": request.as_of,
        "expires": _later(request.as_of, _LIFE),
        "requester": request.requester,
    }
    signing = Signing(**{**stated, **bound})
    files |= attestations(files, checked.decision.to_json(), signing, signers)


def _later(moment: str, life: timedelta) -> str:
    return (datetime.fromisoformat(moment) + life).strftime("%Y-%m-%dT%H:%M:%SZ")


def publish_packet(root: str, kind: str, scope: str, as_of: str, files: dict[str, bytes]) -> str:
    """Publish a packet as <root>/<kind>/<scope>/<stamp>, or <stamp>-<6 hex> where that is taken.

    Returns its path. Raises InputError when it cannot be written; the same packet twice is one packet.
    """
    stamp = as_of.replace("-", "").replace(":", "")
    suffix = hashlib.sha256(files[layout.MANIFEST]).hexdigest()[:6]
    for name in (stamp, f"{stamp}-{suffix}"):
        path = os.path.join(root, kind, scope, name)
        try:
            publish(path, files)
        except Taken:
            if _same(path, files[layout.MANIFEST]):
                return path
        else:
            return path
    raise InputError("is there with another content", where=path, hint="name another directory")


def _same(path: str, manifest: bytes) -> bool:
    try:
        with open(os.path.join(path, layout.MANIFEST), "rb") as file:
            return file.read() == manifest
    except OSError:
        return False


def _engine(checked: Checked) -> bytes:
    rego = runtime(checked.request.engine)
    return records.pretty(
        {
            "product": {"version": __version__, "digest": records.package_digest(_HERE)},
            "python": platform.python_version(),
            "runtime": {"name": rego.name, "version": rego.version()},
            "limits": asdict(Limits()),
        }
    )


def _context(checked: Checked) -> bytes:
    """Return what a decision depends on beside facts and packs; parameters are searched for secrets too."""
    request, configuration = checked.request, checked.world.configuration
    selection = request.selection
    stated = {
        "as_of": request.as_of,
        "environment": request.environment,
        "fail_on": request.fail_on,
        "action": request.action,
        "requester": request.requester,
        "phases": selection.phases,
        "packs": selection.packs,
        "domains": selection.domains,
        "gates": selection.gates,
        "given": [[rule, key, value] for rule, key, value in selection.parameters],
        "parameters": configuration.parameters,
        "environments": configuration.environments,
        "fabric": checked.world.fabric,
        "scopes": checked.world.scopes,
        "waivers": [waiver.to_json() for waiver in checked.waivers],
        "estate": checked.world.digest,
        "packs_judge": checked.world.packs,
    }
    if checked.world.plain is not None:
        stated["plain"] = plain_packet.context(checked.world.plain)
    return exact(redact(stated)[0]).encode() + b"\n"


def _packs(checked: Checked) -> dict[str, bytes]:
    """Return every pack that was looked at with the sources of its rules, where the product has them."""
    catalogue = checked.catalogue
    looked_at = {pack.name for pack in checked.decision.packs if pack.selected_by != PLAIN}
    listed = {entry.id for pack in catalogue.packs if pack.name in looked_at for entry in pack.rules}
    rules = [catalogue.rules[name] for name in sorted(listed)]
    files = {f"packs/{rule.path}": catalogue.source(rule).encode() for rule in rules}
    for name, text in catalogue.libraries().items():
        files[f"packs/policies/lib/{name}.rego"] = text.encode()
    for name in sorted(looked_at):
        files[f"packs/packs/{name}/pack.yaml"] = catalogue.manifest(name).encode()
    # What a rule may read is checked when the packs are built again.
    files[f"packs/{FACT_KINDS}"] = read_text(*FACT_KINDS.split("/")).encode()
    libraries = {name: _digest(text.encode()) for name, text in catalogue.libraries().items()}
    digests = {rule.id: rule.digest for rule in rules}
    files |= plain_packet.modules(checked.world.plain) if checked.world.plain else {}
    return {**files, layout.LOCK: records.lock(checked.decision.to_json(), digests, libraries)}


def _inputs(checked: Checked) -> Iterator[tuple[str, bytes]]:
    """Yield the exact bytes of what was read, or a descriptor that says why they are not here."""
    estate, taken = checked.world.estate, set[str]()
    secret = {fact.attrs.get("path") for fact in checked.world.graph.of("secret_hit").values()}
    for name, path, hidden, data in plain_packet.inputs(checked.world.plain) if checked.world.plain else ():
        yield _input(name, path, hidden, data)
    if estate is None:
        return
    yield "inputs/estate.files", "".join(sorted(estate.lines())).encode()
    for document in estate.documents:
        name = _name(f"inputs/estate/{document.path}", taken)
        yield _input(name, document.path, document.path in secret, _read(checked, document))
    for path, data in checked.world.inputs.items():
        hidden = path in secret or _sensitive(data)
        yield _input(_name(f"inputs/{path.lstrip('@')}", taken), path, hidden, data)


def _input(name: str, path: str, secret: bool, data: bytes | None) -> tuple[str, bytes]:
    why = ""
    if data is None:
        why = "could not be read"
    elif secret or _holds_secret(data):
        why = "may hold a secret"
    elif len(data) > MAX_INPUT_BYTES:
        why = f"is larger than {MAX_INPUT_BYTES} bytes (MAX_INPUT_BYTES)"
    if not why and data is not None:
        return name, data
    size = None if data is None else len(data)
    digest = None if data is None else _digest(data)
    described = {"path": path, "digest": digest, "size": size, "why": why}
    return f"{name}.descriptor.json", records.pretty(described)


def _name(path: str, taken: set[str]) -> str:
    """Return a name for an input that a packet may hold: its own path, else a digest of it."""
    if layout.path_problem(f"{path}.descriptor.json") or path.casefold() in taken:
        path = f"inputs/unnamed/{hashlib.sha256(os.fsencode(path)).hexdigest()[:32]}"
    taken |= {path.casefold(), f"{path}.descriptor.json".casefold()}
    return path


def _read(checked: Checked, document: Document) -> bytes | None:
    try:
        with open(os.path.join(checked.request.estate or "", document.path), "rb") as file:
            data = file.read()
    except OSError:
        return None
    if document.digest != _digest(data):
        # What could not be read whole has no digest of its own; then nothing of it is kept.
        return None
    return data


def _holds_secret(data: bytes) -> bool:
    """Tell whether any line of a text looks like a secret: a comment is read by nobody else."""
    text = data.decode("utf-8", "replace")
    return any(detect("", line.strip().lstrip("#").strip()) for line in text.splitlines())


def _sensitive(plan: bytes) -> bool:
    try:
        document = json.loads(plan)
        changes = [change.get("change", {}) for change in document.get("resource_changes", [])]
    except (ValueError, AttributeError, TypeError):
        return True
    marks = [change.get(f"{side}_sensitive") for change in changes for side in ("before", "after")]
    return any(_marked(mark) for mark in marks) or any(
        output.get("sensitive") for output in document.get("planned_values", {}).get("outputs", {}).values()
    )


def _marked(mark: Any) -> bool:
    if isinstance(mark, dict | list):
        return any(map(_marked, mark.values() if isinstance(mark, dict) else mark))
    return mark is True


def _digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()
