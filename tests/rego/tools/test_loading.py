"""Which files are read, where their content lies, and what is said about those that cannot be."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import Any

import pytest

from samakia_policy.rego.tools import loader
from samakia_policy.rego.tools.bundle import read_bundle
from samakia_policy.rego.tools.documents import DocumentError, merge
from samakia_policy.rego.tools.loader import load_paths, split_prefix
from samakia_policy.rego.tools.problems import Refused

PREFIXES = {
    "a.b:c.json": (["a", "b"], "c.json"),
    "c.json": ([], "c.json"),
    "file:///c.json": ([], "file:///c.json"),
    "a:file:///c.json": (["a"], "file:///c.json"),
    ":c.json": ([], ":c.json"),
}


def _write(root: Path, files: dict[str, str]) -> str:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return str(root)


@pytest.mark.parametrize("path", PREFIXES)
def test_prefix(path: str) -> None:
    """What stands before a colon is where data lies."""
    assert split_prefix(path) == PREFIXES[path]


def test_a_directory_mounts_by_its_folders(tmp_path: Path) -> None:
    """The directory that was named is the root; every file of a known kind below it is read."""
    root = _write(tmp_path, {"a.json": '{"x": 1}', "s/b.yaml": "y: 2", "s/t/c.yml": "z: 3", "s/n.txt": "?"})
    assert load_paths([root]).documents == {"x": 1, "s": {"y": 2, "t": {"z": 3}}}


def test_ignored_names(tmp_path: Path) -> None:
    """Patterns are about names below what was named, never about that itself."""
    root = _write(
        tmp_path / ".root", {".h/a.json": '{"x": 1}', "b.json": '{"y": 1}', "c_test.json": '{"z": 1}'}
    )
    assert load_paths([root], ignore=[".*", "*_test.json"]).documents == {"y": 1}


def test_all_problems_are_said(tmp_path: Path) -> None:
    """One that cannot be read does not hide the next."""
    root = _write(tmp_path, {"a.json": "{", "b.json": "[]", "c.rego": "package"})
    with pytest.raises(Refused) as caught:
        load_paths([root, str(tmp_path / "missing")])
    said = [problem.text.replace(str(tmp_path), "") for problem in caught.value.problems]
    assert said[0] == "/a.json: unexpected EOF"
    assert said[1] == "/b.json: document must be of type object"
    assert said[2].startswith("/c.rego:1: rego_parse_error: ")
    assert said[3] == "stat /missing: no such file or directory"


def test_conflict_names_the_other_file(tmp_path: Path) -> None:
    """Two files that give one path."""
    root = _write(tmp_path, {"a.json": '{"x": {"y": 1}}', "b.json": '{"x": {"y": 2}}'})
    with pytest.raises(Refused) as caught:
        load_paths([root])
    wanted = f"{root}/b.json: merge error: conflicting values at data.x.y, also defined in {root}/a.json"
    assert caught.value.problems[0].text == wanted


def test_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is named."""
    monkeypatch.setattr(loader, "SIZE_LIMIT", 5)
    with pytest.raises(Refused, match="size exceeds the limit of 5 bytes"):
        load_paths([_write(tmp_path, {"a.json": '{"x": 1}'})])


def test_merge_changes_nothing_on_conflict() -> None:
    """A conflict is found before anything is merged."""
    into: dict[Any, Any] = {"a": {"b": 1}}
    assert merge(into, {"c": 1, "a": {"b": 2}}) == ["a", "b"]
    assert into == {"a": {"b": 1}}


def test_bundle_reads_only_data_files(tmp_path: Path) -> None:
    """`data.json` and `data.yaml` mount by their folder; other files of these kinds are left out."""
    root = _write(tmp_path, {"data.json": '{"k": 1}', "a/b/data.yaml": "v: 1", "a/other.json": '{"no": 1}'})
    assert read_bundle(root).data == {"k": 1, "a": {"b": {"v": 1}}}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({".manifest": "{"}, "bundle load failed on manifest decode: unexpected EOF"),
        ({".manifest": '{"roots": ["a", "a/b"]}'}, "manifest has overlapped roots: 'a' and 'a/b'"),
        (
            {".manifest": '{"roots": ["a"]}', "data.json": '{"b": 1}'},
            "manifest roots [a] do not permit data at path '/b' (hint: check bundle directory structure)",
        ),
        ({"data.json": "[1]"}, "bundle load failed on /data.json: root value must be object"),
        ({"a/data.json": "x"}, "invalid character 'x' looking for beginning of value"),
    ],
)
def test_broken_bundle(tmp_path: Path, files: dict[str, str], said: str) -> None:
    """What is said about a bundle that cannot be used."""
    with pytest.raises(DocumentError) as caught:
        read_bundle(_write(tmp_path, files))
    assert said in str(caught.value)


def test_archive_never_leaves_its_folder(tmp_path: Path) -> None:
    """A member's path is a path below data, whatever it says; links are not followed."""
    path = tmp_path / "b.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        content = b'{"x": 1}'
        member = tarfile.TarInfo("../../a/data.json")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
        link = tarfile.TarInfo("data.json")
        link.type = tarfile.SYMTYPE
        link.linkname = "/etc/passwd"
        archive.addfile(link)
    assert read_bundle(str(path)).data == {"a": {"x": 1}}


def test_archive_that_is_none(tmp_path: Path) -> None:
    """A file that is no archive."""
    root = _write(tmp_path, {"b.tar.gz": "no"})
    with pytest.raises(DocumentError, match="archive read failed"):
        read_bundle(f"{root}/b.tar.gz")
