"""The index of all rules and packs, built ahead so that a run starts fast; checked fresh."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from samakia_policy.errors import PackError
from samakia_policy.model.rule import Rule
from samakia_policy.packs.metadata import read_metadata

_LANGUAGES = {".rego": "rego", ".py": "python"}


def build_index(root: Path) -> str:
    """Return the text of packs/index.json for the policies and packs below a root."""
    rules = {rule["id"]: rule for rule in (_rule(path, root) for path in _sources(root))}
    libraries = {path.stem: _file(path, root) for path in sorted((root / "policies/lib").glob("*.rego"))}
    _add_reads(list(rules.values()), libraries, root)
    packs = [_pack(path, root, rules, libraries) for path in sorted(root.glob("packs/*/pack.yaml"))]
    index = {"rules": rules, "libraries": libraries, "packs": packs}
    return json.dumps(index, indent=1, sort_keys=True) + "\n"


def _sources(root: Path) -> list[Path]:
    found = [path for path in sorted((root / "policies").glob("*/*")) if path.suffix in _LANGUAGES]
    return [path for path in found if path.parent.name != "lib"]


def _file(path: Path, root: Path) -> dict[str, str]:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return {"path": path.relative_to(root).as_posix(), "digest": f"sha256:{digest}"}


def _rule(path: Path, root: Path) -> dict[str, Any]:
    language = _LANGUAGES[path.suffix]
    where = path.relative_to(root).as_posix()
    metadata = read_metadata(path.read_text(encoding="utf-8"), language, where)
    identity = f"{path.parent.name}/{path.stem}".replace("_", "-")
    return {"id": identity, "language": language, **_file(path, root), **metadata}


def _add_reads(rules: list[dict[str, Any]], libraries: dict[str, Any], root: Path) -> None:
    """Add what rules read and where their hits lie; raises PackError with every place that is wrong."""
    from samakia_policy.packs.checked import derived
    from samakia_policy.packs.kinds import Kinds

    kinds = Kinds(json.loads((root / "contracts/facts.json").read_text(encoding="utf-8")))
    sources = {rule["id"]: _text(root, rule) for rule in rules}
    texts = {name: _text(root, library) for name, library in libraries.items()}
    found = derived([Rule(**rule) for rule in rules], sources, texts, kinds)
    for rule in rules:
        rule["reads"] = found[rule["id"]]["reads"]
        if places := found[rule["id"]]["places"]:
            rule["places"] = places


def _text(root: Path, entry: dict[str, Any]) -> str:
    return Path(root / entry["path"]).read_text(encoding="utf-8")


def _pack(path: Path, root: Path, rules: dict[str, Any], libraries: dict[str, Any]) -> dict[str, Any]:
    import yaml

    manifest = yaml.safe_load(path.read_text(encoding="utf-8"))
    where = path.relative_to(root).as_posix()
    listed = [entry if isinstance(entry, dict) else {"id": entry} for entry in manifest["rules"]]
    if unknown := sorted(entry["id"] for entry in listed if entry["id"] not in rules):
        raise PackError(f"lists rules that do not exist: {', '.join(unknown)}", where=where)
    content = hashlib.sha256(path.read_bytes())
    for name in sorted(entry["id"] for entry in listed):
        content.update(f"{rules[name]['digest']} {name}\n".encode())
    for name, library in sorted(libraries.items()):
        content.update(f"{library['digest']} lib/{name}\n".encode())
    kept = ("name", "version", "title", "owners", "anchors", "expects", "parameters")
    return {
        **{key: manifest[key] for key in kept if key in manifest},
        "phase": str(manifest["phase"]),
        "rules": listed,
        "digest": f"sha256:{content.hexdigest()}",
    }


def main() -> int:
    """Write packs/index.json, or with --check tell whether it is fresh; returns the exit code."""
    root = Path(__file__).resolve().parents[3]
    target = root / "packs" / "index.json"
    text = build_index(root)
    if "--check" in sys.argv:
        fresh = target.is_file() and target.read_text(encoding="utf-8") == text
        sys.stdout.write("" if fresh else "packs/index.json is stale: run `make generate`\n")
        return 0 if fresh else 1
    target.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
