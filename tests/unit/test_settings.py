"""The user's own configuration: strict, with lines, and never from the checked tree."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from samakia_policy.errors import InputError
from samakia_policy.settings import SETTINGS, read_settings, settings_path, user_folder, variable


def write(folder: Path, text: str) -> dict[str, str]:
    path = folder / "config.yaml"
    path.write_text(text)
    return {"POLICY_CONFIG": str(path)}


def test_without_a_file_everything_has_its_default(tmp_path: Path) -> None:
    found = read_settings({"XDG_CONFIG_HOME": str(tmp_path)})
    assert found.text("engine", "", "native") == "native"
    assert found.text("trust_root") == ""
    assert found.texts("sign") == []


def test_the_file_lies_in_the_users_folder() -> None:
    assert settings_path({"HOME": "/h"}) == "/h/.config/samakia-policy/config.yaml"
    assert settings_path({"HOME": "/h", "XDG_CONFIG_HOME": "/c"}) == "/c/samakia-policy/config.yaml"
    assert settings_path({"HOME": "/h", "POLICY_CONFIG": "other.yaml"}) == "other.yaml"
    assert user_folder({}, "XDG_STATE_HOME", ".local/state") == "/.local/state/samakia-policy"


def test_a_flag_goes_before_the_variable_and_that_before_the_file(tmp_path: Path) -> None:
    environment = write(tmp_path, "engine: opa\nsign: [a, b]\n")
    found = read_settings(environment)
    assert (found.text("engine", "", "native"), found.texts("sign")) == ("opa", ["a", "b"])
    environment |= {"POLICY_ENGINE": "opa-server", "POLICY_SIGN": "c, d,"}
    found = read_settings(environment)
    assert (found.text("engine"), found.texts("sign")) == ("opa-server", ["c", "d"])
    assert (found.text("engine", "native"), found.texts("sign", ["e"])) == ("native", ["e"])


def test_an_empty_variable_says_nothing(tmp_path: Path) -> None:
    environment = write(tmp_path, "trust_root: root.json\n") | {"POLICY_TRUST_ROOT": ""}
    assert read_settings(environment).text("trust_root") == str(tmp_path / "root.json")


def test_paths_are_relative_to_the_file_and_know_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    found = read_settings(write(tmp_path, "ledger: ~/ledger\nkeys: /k\nstate: s\n"))
    assert [found.text(name) for name in ("ledger", "keys", "state")] == [
        "/home/ann/ledger",
        "/k",
        str(tmp_path / "s"),
    ]


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("engine: opa\ntrust-root: x\n", ":2:13", "unknown key 'trust-root'"),
        ("keys:\n  a: b\n", ":2:3", "keys must be a text"),
        ("keys: ''\n", ":1:7", "keys must be a text"),
        ("sign: me\n", ":1:7", "sign must be a list of texts"),
        ("sign: [1]\n", ":1:7", "sign must be a list of texts"),
        ("engine: rego\n", ":1:9", "no engine 'rego'"),
        ("keys: a\nkeys: b\n", ":2:1", "keys"),
        ("keys: [\n", ":", ""),
        ("- keys\n", ":1:1", "the document is a list"),
        ('{"keys": 1}', ":1:10", "keys must be a text"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, place: str, words: str) -> None:
    environment = write(tmp_path, text)
    with pytest.raises(InputError) as raised:
        read_settings(environment)
    assert raised.value.where.startswith(environment["POLICY_CONFIG"] + place)
    assert words in raised.value.message


def test_a_file_that_is_named_must_be_readable(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "large").write_bytes(b"#" * (2 << 20))
    for name, words in (
        ("none", "cannot be read"),
        ("fifo", "not a file"),
        (".", "cannot be read"),
        ("large", "too large"),
    ):
        with pytest.raises(InputError, match=words):
            read_settings({"POLICY_CONFIG": str(tmp_path / name)})


def test_a_file_that_anybody_may_write_is_refused(tmp_path: Path) -> None:
    environment = write(tmp_path, "keys: k\n")
    (tmp_path / "config.yaml").chmod(0o666)
    with pytest.raises(InputError, match="anybody may write it"):
        read_settings(environment)


def test_each_setting_has_a_variable() -> None:
    assert {variable(name) for name in SETTINGS} == {
        f"POLICY_{name}"
        for name in (
            "TRUST_ROOT",
            "TRUST_FINGERPRINT",
            "LEDGER",
            "LEDGER_KEY",
            "KEYS",
            "STATE",
            "ENGINE",
            "SIGN",
        )
    }


def test_the_page_lists_every_setting() -> None:
    page = Path(__file__).parents[2] / "docs" / "guides" / "user-configuration.md"
    rows = [line.split("|")[1:3] for line in page.read_text().splitlines() if line.startswith("| `")]
    listed = {name.strip(" `"): env.strip(" `") for name, env in rows}
    assert listed == {name: variable(name) for name in SETTINGS}


def test_the_example_of_the_page_is_understood(tmp_path: Path) -> None:
    page = Path(__file__).parents[2] / "docs" / "guides" / "user-configuration.md"
    example = page.read_text().split("```yaml\n")[1].split("```")[0]
    found = read_settings(write(tmp_path, example))
    assert found.text("ledger") == str(tmp_path / "ledger")
    assert found.texts("sign") == ["1f0c2e7a9d01ab34"]
