"""A cache of compiled code is used only when it is whole, the user's own, and made by this very engine."""

from __future__ import annotations

import hashlib
import json
import marshal
import os
import subprocess
import sys
from pathlib import Path

import pytest

from samakia_policy.rego import cache

MODULE = (
    'package m\n\ndeny contains msg if {\n\tsome x in input.xs\n\tx > 1\n\tmsg := sprintf("%d", [x])\n}\n'
)


def test_what_was_kept_comes_back(tmp_path: Path) -> None:
    """Written in one step, readable by nobody else."""
    folder = tmp_path / "made"
    cache.write(str(folder), "a", b"code")
    assert cache.read(str(folder), "a") == b"code"
    assert oct(folder.stat().st_mode & 0o777) == "0o700"
    (file,) = folder.iterdir()
    assert oct(file.stat().st_mode & 0o777) == "0o600"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda held: held[:-1],
        lambda held: held[: len(held) // 2],
        lambda held: held[:40] + b"X" + held[41:],
        lambda _: b"",
        lambda _: marshal.dumps("print"),
        lambda held: b"\0" * 32 + held[32:],
    ],
    ids=["cut", "half", "flipped", "empty", "foreign", "wrong digest"],
)
def test_a_spoilt_file_is_no_cache(tmp_path: Path, spoil: object) -> None:
    """Half written or tampered with: the modules are compiled again."""
    cache.write(str(tmp_path), "a", b"x" * 100)
    file = tmp_path / "rego-a.bin"
    file.write_bytes(spoil(file.read_bytes()))  # type: ignore[operator]
    assert cache.read(str(tmp_path), "a") == b""


def test_a_file_that_others_may_write_is_no_cache(tmp_path: Path) -> None:
    """Compiled code is code: who can write it could run anything."""
    cache.write(str(tmp_path), "a", b"code")
    (tmp_path / "rego-a.bin").chmod(0o666)
    assert cache.read(str(tmp_path), "a") == b""


def test_a_link_to_somewhere_else_and_a_folder_are_no_cache(tmp_path: Path) -> None:
    """Nothing but a file of the user's own is read."""
    (tmp_path / "rego-a.bin").mkdir()
    assert cache.read(str(tmp_path), "a") == b""
    cache.write(str(tmp_path), "a", b"code")
    assert cache.read(str(tmp_path), "a") == b""
    assert [entry.name for entry in tmp_path.iterdir()] == ["rego-a.bin"]


def test_old_files_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cache does not grow without end."""
    monkeypatch.setattr(cache, "MOST_FILES", 3)
    for number in range(6):
        cache.write(str(tmp_path), str(number), b"code")
        os.utime(tmp_path / f"rego-{number}.bin", (number, number))
    assert len(list(tmp_path.iterdir())) == 3
    assert cache.read(str(tmp_path), "5") == b"code"


def test_names_tell_sources_apart() -> None:
    """Parts are not merely joined."""
    assert cache.name_of(["ab", "c"]) != cache.name_of(["a", "bc"])
    assert cache.name_of(["a"]) == cache.name_of(["a"])


def _eval(folder: Path, *more: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "samakia_policy", "rego", "eval", "-f", "json", *more]
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_a_run_with_a_warm_cache_and_one_without_give_the_same_bytes(tmp_path: Path) -> None:
    """Values, errors, printing and undefined documents."""
    (tmp_path / "m.rego").write_text(
        MODULE + 'p := x if {\n\tprint("seen", input.n)\n\tx := 1 / input.n\n}\n'
    )
    (tmp_path / "i.json").write_text('{"xs": [1, 2, 3], "n": 0}')
    for query in ("data.m.deny", "data.m.p", "data.m", "data.nothing.here", "data.m.deny.x"):
        for strict in ([], ["--strict-builtin-errors"]):
            asked = ["-d", "m.rego", "-i", "i.json", *strict, query]
            first = _eval(tmp_path, *asked)
            assert _eval(tmp_path, *asked) == first
            whole = _eval(tmp_path, *asked[:-1], "--package", "m", query)
            assert whole == first, query
    assert json.loads(_eval(tmp_path, "-d", "m.rego", "-i", "i.json", "data.m.deny")[1])["result"]


def test_a_changed_module_is_compiled_again(tmp_path: Path) -> None:
    """The name of what is kept holds the text."""
    (tmp_path / "i.json").write_text('{"xs": [1, 2, 3]}')
    (tmp_path / "m.rego").write_text(MODULE)
    before = _eval(tmp_path, "-d", "m.rego", "-i", "i.json", "data.m.deny")
    (tmp_path / "m.rego").write_text(MODULE.replace("x > 1", "x > 2"))
    after = _eval(tmp_path, "-d", "m.rego", "-i", "i.json", "data.m.deny")
    assert before != after
    assert '"3"' in after[1]
    assert '"2"' not in after[1]


def test_poisoned_code_with_a_good_digest_needs_the_users_own_hand(tmp_path: Path) -> None:
    """The digest guards against accidents; the owner and the mode guard against others."""
    poison = marshal.dumps(compile("raise SystemExit(99)", "x", "exec"))
    cache.write(str(tmp_path), "a", b"code")
    file = tmp_path / "rego-a.bin"
    file.write_bytes(hashlib.sha256(poison).digest() + poison)
    file.chmod(0o622)
    assert cache.read(str(tmp_path), "a") == b""
