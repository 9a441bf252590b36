"""Bundles: a directory or a compressed archive with modules, `data.json`, `data.yaml` and a manifest."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from samakia_policy.rego.slotted import field, slotted
from samakia_policy.rego.tools.documents import Document, DocumentError, merge, mount, read_json, read_yaml
from samakia_policy.rego.tools.loaded import Loaded
from samakia_policy.rego.tools.loader import SIZE_LIMIT, ignored, read_module, reason
from samakia_policy.rego.values.collections import Value

if TYPE_CHECKING:
    from samakia_policy.rego.syntax.nodes import Module

_HINT = " (hint: check bundle directory structure)"


@slotted()
class Bundle:
    """One bundle: modules by full path, data, and the manifest."""

    modules: dict[str, Module] = field(default_factory=dict)
    data: Document = field(default_factory=dict)
    manifest: Document = field(default_factory=dict)


def read_bundle(path: str, version: int = 1, ignore: Sequence[str] = ()) -> Bundle:
    """Return the bundle in a directory or archive; raises DocumentError, RegoError."""
    try:
        if os.path.isdir(path):
            return _read(_directory_files(path, ignore), path, version)
        os.stat(path)
        return read_archive(path, version)
    except OSError as error:
        raise DocumentError(f'error reading "{path}": stat {path}: {reason(error)}') from None
    except DocumentError as error:
        raise DocumentError(f"bundle {path}: {error}") from None


def read_archive(path: str, version: int = 1) -> Bundle:
    """Return the bundle in a compressed archive; raises DocumentError, RegoError, OSError."""
    return _read(_archive_files(path), "", version)


def merge_bundle(loaded: Loaded, bundle: Bundle, parents: list[str]) -> None:
    """Add a bundle to what was loaded; raises DocumentError on conflict."""
    loaded.modules |= bundle.modules
    at = merge(loaded.documents, mount(parents, bundle.data))
    if at:
        from samakia_policy.rego.tools.loader import ref_text

        raise DocumentError(f"merge error: conflicting values at {ref_text(at)}")


def _version(manifest: Document, relative: str, default: int) -> int:
    """The language version of one module: the manifest's for the file, or for all files, or the default."""
    patterns = manifest.get("file_rego_versions") or {}
    named = next((patterns[pattern] for pattern in sorted(patterns) if _matches(pattern, relative)), None)
    if named is None:
        named = manifest.get("rego_version", default)
    if named not in (0, 1):
        raise DocumentError(f"manifest has unknown rego-version {named}")
    return int(named)


def _matches(pattern: str, path: str) -> bool:
    import fnmatch

    return fnmatch.fnmatchcase(path.strip("/"), pattern.strip("/"))


def _read(files: Iterable[tuple[str, bytes]], base: str, version: int) -> Bundle:
    bundle = Bundle()
    sources: list[tuple[str, str, bytes]] = []
    manifest = ""
    for relative, content in files:
        name = os.path.basename(relative)
        if relative.endswith(".rego"):
            full = os.path.join(base, relative.lstrip("/")) if base else relative
            sources.append((full, relative, content))
        elif name in {"data.json", "data.yaml", "data.yml"}:
            _insert(bundle, relative, content, base)
        elif name == ".manifest":
            if manifest:
                raise DocumentError(f'bundle contains multiple manifest files: "{manifest}" and "{relative}"')
            manifest = relative
            bundle.manifest = _manifest(content)
    for full, relative, content in sources:
        bundle.modules[full] = read_module(full, content, _version(bundle.manifest, relative, version))
    _check_roots(bundle)
    return bundle


def _manifest(content: bytes) -> Any:
    try:
        found = read_json(content)
    except DocumentError as error:
        raise DocumentError(f"bundle load failed on manifest decode: {error}") from None
    return found if found.__class__ is dict else {}


def _insert(bundle: Bundle, relative: str, content: bytes, base: str) -> None:
    read = read_json if relative.endswith(".json") else read_yaml
    try:
        value: Value = read(content)
    except DocumentError as error:
        full = os.path.join(base, relative.lstrip("/")) if base else relative
        raise DocumentError(f"bundle load failed on {full}: {error}") from None
    folder = os.path.dirname(relative).lstrip("/.")
    parents = folder.split("/") if folder else []
    if not parents and value.__class__ is not dict:
        raise DocumentError(f"bundle load failed on {relative}: root value must be object")
    if merge(bundle.data, mount(parents, value)):
        raise DocumentError(
            f"bundle load failed on {relative}: failed to insert data file from path {folder}"
        )


def _check_roots(bundle: Bundle) -> None:
    roots = [root.strip("/") for root in bundle.manifest.get("roots") or [""]]
    for index, one in enumerate(roots):
        for other in roots[index + 1 :]:
            if _contains(one, other) or _contains(other, one):
                raise DocumentError(f"manifest has overlapped roots: '{one}' and '{other}'")
    for path in _leaves(bundle.data, ""):
        if not any(_contains(root, path) for root in roots):
            raise DocumentError(f"manifest roots {_list(roots)} do not permit data at path '/{path}'{_HINT}")


def _contains(root: str, path: str) -> bool:
    return not root or path == root or path.startswith(root + "/")


def _list(roots: list[str]) -> str:
    return f"[{' '.join(roots)}]"


def _leaves(value: Value, path: str) -> Iterator[str]:
    if value.__class__ is dict and value:
        for name, item in value.items():
            yield from _leaves(item, f"{path}/{name}".lstrip("/"))
    elif path:
        yield path


def _directory_files(path: str, ignore: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    from samakia_policy.rego.tools.loader import read_file

    for folder, folders, names in os.walk(path):
        depth = 1 if folder == path else 2
        folders[:] = sorted(name for name in folders if not ignored(name, ignore, depth))
        for name in sorted(names):
            full = os.path.join(folder, name)
            if not ignored(name, ignore, depth) and wanted(name):
                yield "/" + os.path.relpath(full, path), read_file(full)


def wanted(name: str) -> bool:
    """Return whether a file of this name matters in a bundle."""
    return name.endswith(".rego") or name in {"data.json", "data.yaml", "data.yml", ".manifest"}


def _archive_files(path: str) -> Iterator[tuple[str, bytes]]:
    import tarfile

    try:
        with tarfile.open(path, "r:gz") as archive:
            for member in archive:
                name = "/" + os.path.normpath(member.name).lstrip("/.").lstrip("/")
                name = (
                    name if os.path.basename(member.name) != ".manifest" else f"/{member.name.lstrip('./')}"
                )
                if not member.isfile() or not wanted(os.path.basename(member.name)):
                    continue
                if member.size > SIZE_LIMIT:
                    raise DocumentError(
                        f"bundle file '{name.lstrip('/')}' size ({member.size} bytes) exceeded max size"
                        f" ({SIZE_LIMIT} bytes)"
                    )
                file = archive.extractfile(member)
                if file is not None:
                    yield name, file.read()
    except (tarfile.TarError, EOFError) as error:
        raise DocumentError(f"archive read failed: {error}") from None
    except OSError as error:
        raise DocumentError(f"archive read failed: {error}") from None


def add_bundles(loaded: Loaded, paths: Sequence[str], version: int, ignore: Sequence[str] = ()) -> None:
    """Read bundles into what was loaded; raises Refused, as OPA words it."""
    from samakia_policy.rego.errors import RegoError
    from samakia_policy.rego.tools.problems import Refused, listed, plain_problem, problems_of

    for path in paths:
        try:
            merge_bundle(loaded, read_bundle(path, version, ignore), [])
        except RegoError as error:
            raise Refused(
                [plain_problem(f"loading error: bundle {path}: {listed(problems_of(error))}")]
            ) from None
        except DocumentError as error:
            raise Refused([plain_problem(f"loading error: {error}")]) from None
