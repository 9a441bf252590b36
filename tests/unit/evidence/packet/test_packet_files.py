"""Packets appear whole or not at all, and only what is exactly as listed is read."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samakia_policy.errors import InputError
from samakia_policy.evidence.packet import publish as publishing
from samakia_policy.evidence.packet.manifest import read_manifest, write_manifest
from samakia_policy.evidence.packet.publish import Taken, publish, write_beside
from samakia_policy.evidence.packet.read import open_packet
from samakia_policy.evidence.reasons import Refusal

_FILES = {"decision.json": b"{}\n", "facts/estate.json": b"[]", "inputs/a/b c.yml": b"\xff\x00"}


def _packet(target: Path, files: dict[str, bytes] | None = None) -> Path:
    files = _FILES if files is None else files
    digests = {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}
    publish(str(target), {**files, "manifest.sha256": write_manifest(digests)})
    return target


def test_what_is_published_is_read_back(tmp_path: Path) -> None:
    target = _packet(tmp_path / "check" / "all" / "20260301T000000Z")
    with open_packet(str(target)) as packet:
        assert {path: packet.read(path) for path in packet.digests} == _FILES
        assert packet.beside == ["manifest.sha256"]
    assert {os.stat(path).st_mode & 0o777 for path in target.rglob("*") if path.is_file()} == {0o600}
    assert os.stat(target / "facts").st_mode & 0o777 == 0o700
    assert (
        subprocess.run(["sha256sum", "-c", "--quiet", "manifest.sha256"], cwd=target, check=False).returncode
        == 0
    )


def test_a_name_is_taken_once(tmp_path: Path) -> None:
    target = _packet(tmp_path / "p")
    with pytest.raises(Taken):
        _packet(target, {"decision.json": b"other"})
    assert (target / "decision.json").read_bytes() == b"{}\n"
    assert os.listdir(tmp_path) == ["p"]


def test_one_of_many_writers_wins(tmp_path: Path) -> None:
    script = (
        "import sys; from samakia_policy.evidence.packet.publish import publish, Taken\n"
        "try: publish(sys.argv[1], {'a': sys.argv[2].encode()})\n"
        "except Taken: sys.exit(3)\n"
    )
    words = [sys.executable, "-c", script, str(tmp_path / "p")]
    codes = [process.wait() for process in [subprocess.Popen([*words, str(n)]) for n in range(12)]]
    assert sorted(codes) == [0] + [3] * 11
    assert os.listdir(tmp_path) == ["p"]
    assert (tmp_path / "p" / "a").read_bytes() == str(codes.index(0)).encode()


def test_a_killed_writer_leaves_no_partial_packet(tmp_path: Path) -> None:
    script = (
        "import sys; from samakia_policy.evidence.packet.publish import publish\n"
        "print('ready', flush=True)\n"
        "publish(sys.argv[1], {f'f{n}': b'x' * 1000 for n in range(200)})\n"
    )
    whole = 0
    for number in range(12):
        target = tmp_path / f"p{number}"
        process = subprocess.Popen([sys.executable, "-c", script, str(target)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(number * 0.02)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        if target.exists():
            whole += 1
            assert len(os.listdir(target)) == 200
    assert whole < 12, "every writer was killed too late for this to prove anything"


@pytest.mark.parametrize("call", ["fsync", "rename", "write"])
def test_a_disk_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    if call == "fsync":
        monkeypatch.setattr(os, "fsync", fail)
    else:
        monkeypatch.setattr(publishing, "_rename" if call == "rename" else "_write", fail)
    with pytest.raises(InputError, match="No space left"):
        _packet(tmp_path / "p")
    assert os.listdir(tmp_path) == []


def test_without_renameat2_nothing_is_replaced_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ctypes.CDLL", lambda *_, **__: object())
    target = _packet(tmp_path / "p")
    with pytest.raises(Taken):
        _packet(target)
    assert os.listdir(tmp_path) == ["p"]


def test_attestations_are_added_once(tmp_path: Path) -> None:
    target = _packet(tmp_path / "p")
    write_beside(str(target), "attestations/approvals/ada.dsse.json", b"1")
    with pytest.raises(Taken):
        write_beside(str(target), "attestations/approvals/ada.dsse.json", b"2")
    with open_packet(str(target)) as packet:
        assert packet.read("attestations/approvals/ada.dsse.json") == b"1"


def _symlink(target: Path) -> None:
    (target / "decision.json").rename(target.parent / "outside")
    (target / "decision.json").symlink_to("../outside")


def _hardlink(target: Path) -> None:
    os.link(target / "decision.json", target.parent / "outside")


def _clash(target: Path) -> None:
    (target / "attestations").mkdir()
    (target / "attestations" / "a").write_bytes(b"")
    (target / "attestations" / "A").write_bytes(b"")


def _manifest(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def harm(target: Path) -> None:
        path = target / "manifest.sha256"
        path.write_bytes(change(path.read_bytes()))

    return harm


def _lines(text: str) -> Callable[[Path], None]:
    return _manifest(lambda _: text.encode())


_D = "0" * 64


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (lambda t: (t / "facts/estate.json").write_bytes(b"[1]"), "file-digest"),
        (lambda t: (t / "facts/estate.json").unlink(), "file-missing"),
        (lambda t: (t / "more.json").write_bytes(b"1"), "file-unlisted"),
        (lambda t: (t / "tsa-ca.pem").write_bytes(b"1"), "file-unlisted"),
        (lambda t: (t / "manifest.sha256").unlink(), "manifest-missing"),
        (lambda t: os.mkfifo(t / "attestations"), "packet-node"),
        (_symlink, "packet-node"),
        (lambda t: (t / "proofs").symlink_to("/etc"), "packet-node"),
        (_hardlink, "packet-node"),
        (_clash, "packet-case-clash"),
        (lambda t: (t / "a\nb").write_bytes(b"1"), "packet-path"),
        (_manifest(lambda d: d[:-1]), "manifest-malformed"),
        (_manifest(lambda d: b""), "manifest-malformed"),
        (_manifest(lambda d: b"\xff" + d), "manifest-malformed"),
        (_manifest(lambda d: d.upper()), "manifest-malformed"),
        (_manifest(lambda d: d + d), "manifest-duplicate"),
        (_manifest(lambda d: b"".join(reversed(d.splitlines(keepends=True)))), "manifest-order"),
        (_manifest(lambda d: d.replace(b"./", b"")), "manifest-path"),
        (_lines(f"{_D}  .//etc/passwd\n"), "manifest-path"),
        (_lines(f"{_D}  ./../x\n"), "manifest-path"),
        (_lines(f"{_D}  ./a/./x\n"), "manifest-path"),
        (_lines(f"{_D}  ./attestations/x\n"), "manifest-path"),
        (_lines(f"{_D}  ./{'x' * 513}\n"), "manifest-path"),
        (_lines(f"{_D}  ./{'x/' * 17}y\n"), "manifest-path"),
        (_lines(f"{_D}  ./a\\b\n"), "manifest-path"),
    ],
)
def test_every_other_packet_is_refused(tmp_path: Path, harm: Callable[[Path], None], code: str) -> None:
    target = _packet(tmp_path / "p")
    harm(target)
    with pytest.raises(Refusal) as caught:
        open_packet(str(target))
    assert caught.value.code == code


def test_what_is_no_directory_is_named(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(_packet(tmp_path / "p"))
    for path in (tmp_path / "none", tmp_path / "link", tmp_path / "p" / "decision.json"):
        with pytest.raises(InputError, match="no packet"):
            open_packet(str(path))


def test_limits_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = _packet(tmp_path / "p")
    for module, name, value, code in (
        ("read", "MAX_BYTES", 3, "packet-too-large"),
        ("read", "MAX_FILES", 2, "packet-too-many-files"),
        ("manifest", "MAX_FILES", 2, "manifest-too-many-files"),
        ("manifest", "MAX_BYTES", 9, "manifest-too-large"),
    ):
        with monkeypatch.context() as patch, pytest.raises(Refusal, match=name) as caught:
            patch.setattr(f"samakia_policy.evidence.packet.{module}.{name}", value)
            open_packet(str(target))
        assert caught.value.code == code
    with open_packet(str(target)) as packet, pytest.raises(Refusal, match="more than 1 bytes"):
        packet.read("decision.json", 1)


def test_bytes_are_checked_again_when_they_are_read(tmp_path: Path) -> None:
    target = _packet(tmp_path / "p")
    with open_packet(str(target)) as packet:
        (target / "decision.json").write_bytes(b"[]\n")
        with pytest.raises(Refusal, match="another digest"):
            packet.read("decision.json")
        with pytest.raises(Refusal, match="not in the packet"):
            packet.read("none.json")


def test_the_reference_writes_bare_paths_in_any_order() -> None:
    text = f"{_D}  b\n{_D}  ./a\n".encode()
    assert read_manifest(text, reference=True) == {"b": _D, "a": _D}
    with pytest.raises(Refusal, match="out of the packet"):
        read_manifest(f"{_D}  /root/x\n".encode(), reference=True)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_changed_byte_is_accepted(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    target = _packet(tmp_path_factory.mktemp("flip") / "p")
    path = target / data.draw(st.sampled_from([*_FILES, "manifest.sha256"]))
    content = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    with pytest.raises(Refusal):
        open_packet(str(target))
