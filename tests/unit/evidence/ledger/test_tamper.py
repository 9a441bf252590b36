"""Somebody changes the files: whatever they can do without the key, and with it, is found out."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samakia_policy.evidence.ledger.checkpoint import make_checkpoint
from samakia_policy.evidence.ledger.events import Event
from samakia_policy.evidence.ledger.log import Log, create_log
from samakia_policy.evidence.ledger.memory import Memory
from samakia_policy.evidence.ledger.merkle import HASH, Tree, leaf_hashes
from samakia_policy.evidence.ledger.note import NoteKey
from samakia_policy.evidence.ledger.policy import log_policy
from samakia_policy.evidence.ledger.snapshot import open_snapshot
from samakia_policy.evidence.ledger.state import State
from samakia_policy.evidence.ledger.tiles import pack, unpack
from samakia_policy.evidence.ledger.verify import verify_log
from samakia_policy.evidence.ledger.witness import Witness, collect
from samakia_policy.evidence.reasons import Refusal
from samakia_policy.evidence.signing.keys import PrivateKey

MakeLog = Callable[..., Log]
SIZE = 9


def code(root: Path | str, key: NoteKey, memory: Path, **policy: object) -> str:
    """Return the reason why a ledger does not verify, or nothing."""
    try:
        verify_log(str(root), log_policy(key, **policy), Memory(str(memory)))  # type: ignore[arg-type]
    except Refusal as refusal:
        return refusal.code
    return ""


def rewrite(root: Path, records: list[bytes], key: NoteKey, secret: PrivateKey | None, state: bool) -> None:
    """Write other records over a ledger of one tile, with all hashes right; signed only with the key."""
    tree = Tree()
    list(tree.extend(leaf_hashes(records)))
    for name, data in (("entries", pack(records)), ("0", leaf_hashes(records))):
        shutil.rmtree(root / "tile" / name)
        path = root / f"tile/{name}/000.p/{len(records)}"
        path.parent.mkdir(parents=True)
        path.write_bytes(data)
    checkpoint = make_checkpoint(len(records), tree.root(), key, secret) if secret else None
    if checkpoint is not None:
        (root / "checkpoint").write_bytes(checkpoint.note.data)
    else:
        old = (root / "checkpoint").read_text().split("\n")
        old[1:3] = make_checkpoint(len(records), tree.root(), key, _Nobody()).note.text.split("\n")[1:3]
        (root / "checkpoint").write_text("\n".join(old))
    if state:
        (root / "state").write_bytes(State(key.name, len(records), tree.root()).data)


class _Nobody:
    public = None

    def sign(self, _message: bytes) -> bytes:
        return bytes(64)


def rechained(events: list[Event], root: Path, origin: str, secret: PrivateKey) -> list[bytes]:
    """Return the records of events as an honest log would chain them."""
    log = create_log(str(root), origin, secret)
    return list(log.append(events).records)


@pytest.fixture
def seen(make_log: MakeLog, log_key: NoteKey, memory_path: Path) -> Path:
    """Return a ledger that an auditor verified before."""
    log = make_log(SIZE, batch=1)
    assert code(log.root, log_key, memory_path / "memory") == ""
    return Path(log.root)


@pytest.mark.parametrize("at", range(SIZE))
def test_an_edit_of_any_record_is_found(
    seen: Path, log_key: NoteKey, memory_path: Path, at: int, secret: Callable[[int], PrivateKey],
    decision: Callable[..., Event],
) -> None:  # fmt: skip
    memory, fresh = memory_path / "memory", memory_path / "fresh"
    state = (seen / "state").read_bytes()
    bundle = seen / f"tile/entries/000.p/{SIZE}"
    records = unpack(bundle.read_bytes(), "")
    records[at] = records[at].replace(b'"allow"', b'"deny"')
    bundle.write_bytes(pack(records))
    assert code(seen, log_key, fresh) == "ledger-entry-edited"
    tile = seen / f"tile/0/000.p/{SIZE}"
    tile.write_bytes(leaf_hashes(records))
    chain_holds = at == SIZE - 1
    assert code(seen, log_key, fresh) == ("ledger-root-mismatch" if chain_holds else "ledger-chain-broken")
    rewrite(seen, records, log_key, None, state=True)
    assert code(seen, log_key, fresh) == "checkpoint-signature"
    (seen / "state").write_bytes(state)
    events = [decision(number, **({"outcome": "deny"} if number == at else {})) for number in range(SIZE)]
    records = rechained(events, memory_path / "honest", log_key.name, secret(1))
    rewrite(seen, records, log_key, secret(1), state=False)
    assert code(seen, log_key, fresh) == "ledger-state-mismatch"
    rewrite(seen, records, log_key, secret(1), state=True)
    assert code(seen, log_key, memory) == "ledger-forked"
    assert code(seen, log_key, fresh) == "", "only who remembers can tell"


@pytest.mark.parametrize("left", range(SIZE))
def test_a_truncation_at_any_record_is_found(
    seen: Path, log_key: NoteKey, memory_path: Path, left: int, make_log: MakeLog
) -> None:
    memory, fresh = memory_path / "memory", memory_path / "fresh"
    short = Path(make_log(left, "short").root)
    for name in ("entries", "0"):
        file = seen / f"tile/{name}/000.p/{SIZE}"
        data = file.read_bytes()
        cut = pack(unpack(data, "")[:left]) if name == "entries" else data[: left * HASH]
        file.write_bytes(cut)
        assert code(seen, log_key, fresh) in ("ledger-bundle-malformed", "ledger-tile-malformed")
        file.unlink()
        assert code(seen, log_key, fresh) == "ledger-truncated"
        file.write_bytes(data)
    (seen / "checkpoint").write_bytes((short / "checkpoint").read_bytes())
    assert code(seen, log_key, fresh) == "ledger-truncated"
    (seen / "state").write_bytes((short / "state").read_bytes())
    assert code(seen, log_key, memory) == "ledger-rolled-back"
    assert code(seen, log_key, fresh) == "", "only who remembers can tell"


@pytest.mark.parametrize("at", range(SIZE))
def test_a_record_taken_out_put_in_or_moved_is_found(
    seen: Path, log_key: NoteKey, memory_path: Path, at: int, secret: Callable[[int], PrivateKey]
) -> None:
    memory = memory_path / "memory"
    records = unpack((seen / f"tile/entries/000.p/{SIZE}").read_bytes(), "")
    for number, changed in enumerate([
        [*records[:at], *records[at + 1 :]],
        [*records[: at + 1], *records[at:]],
        [*records[:at], records[-1], *records[at + 1 : -1], records[at]][:SIZE],
    ]):  # fmt: skip
        if changed == records or changed == records[:-1]:
            continue
        for state in (False, True):
            rewrite(seen, changed, log_key, secret(1), state=state)
            found = {"ledger-truncated", "ledger-state-mismatch", "ledger-chain-broken"}
            remembered = {"ledger-rolled-back", "ledger-forked"} if state else set()
            assert code(seen, log_key, memory) in found | remembered
            assert code(seen, log_key, memory_path / f"fresh-{number}") in found


def test_tiles_of_every_level_are_compared(make_log: MakeLog, log_key: NoteKey, memory_path: Path) -> None:
    log = make_log(600)
    for name in ("tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2"):
        path = Path(log.root, name)
        data = path.read_bytes()
        for at in (0, len(data) - 1):
            path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
            assert code(log.root, log_key, memory_path / "m").startswith("ledger-")
        path.write_bytes(data)
    assert code(log.root, log_key, memory_path / "m") == ""


def test_states_that_are_none_are_refused(make_log: MakeLog, log_key: NoteKey, memory_path: Path) -> None:
    log = make_log(3)
    path = Path(log.root, "state")
    good = path.read_bytes()
    root = open_snapshot(log.root, log_key).checkpoint.root
    for data in [
        b"",
        b"{}\n",
        b"[]\n",
        good[:-1],
        good.replace(b'"size":3', b'"size":"3"'),
        good.replace(b'"size":3', b'"size":-1'),
        good.replace(b'"size":3', b'"size":true'),
        good.replace(b"sha256:", b"sha512:"),
        good.replace(log_key.name.encode(), b"other.example/log"),
        State("other.example/log", 3, root).data,
    ]:
        path.write_bytes(data)
        assert code(log.root, log_key, memory_path / "m") == "ledger-state-malformed"
    path.unlink()
    assert code(log.root, log_key, memory_path / "m") == "ledger-state-missing"
    path.write_bytes(good)
    Path(log.root, "checkpoint").unlink()
    assert code(log.root, log_key, memory_path / "m") == "ledger-missing"


@pytest.fixture(scope="module")
def refused(
    tmp_path_factory: pytest.TempPathFactory, log_key: NoteKey, secret: Callable[[int], PrivateKey],
    witness_key: Callable[[int], NoteKey], decision: Callable[..., Event],
) -> Iterator[dict[str, Path]]:  # fmt: skip
    """Return ledgers with the memory of an auditor, each refused for a reason of its own."""
    top = tmp_path_factory.mktemp("refused")

    def world(name: str, size: int, first: int = 0) -> Path:
        log = create_log(str(top / name / "ledger"), log_key.name, secret(1))
        log.append([decision(first + number) for number in range(size)])
        snapshot = open_snapshot(log.root, log_key)
        line = Witness(log_key, witness_key(1), secret(101), Memory(str(top / name / "w"))).look(snapshot, 7)
        collect(log.root, log_key, snapshot.checkpoint.note.add(line))
        shutil.rmtree(top / name / "w")
        return top / name

    def remember(name: str, size: int) -> None:
        other = world(f"{name}-before", size)
        Memory(str(top / name / "memory")).update(open_snapshot(str(other / "ledger"), log_key), log_key)

    made = {name: world(name, 3, first) for name, first in [("forked", 9), ("rolled-back", 0), ("edited", 0)]}
    made |= {name: world(name, 3) for name in ("truncated", "quorum")}
    remember("forked", 3)
    remember("rolled-back", 5)
    bundle = made["edited"] / "ledger/tile/entries/000.p/3"
    bundle.write_bytes(bundle.read_bytes().replace(b'"allow"', b'"aaaaa"'))
    shutil.copy(world("longer", 4) / "ledger/state", made["truncated"] / "ledger/state")
    yield made


def _policy(name: str, witness_key: Callable[[int], NoteKey]) -> dict[str, object]:
    return {"witnesses": [witness_key(1), witness_key(2)], "quorum": 2 if name == "quorum" else 1}


@pytest.mark.parametrize("name", ["forked", "rolled-back", "edited", "truncated", "quorum"])
def test_the_ledgers_to_change_are_refused(
    refused: dict[str, Path],
    name: str,
    log_key: NoteKey,
    witness_key: Callable[[int], NoteKey],
    tmp_path: Path,
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(refused[name], copy)
    found = code(copy / "ledger", log_key, copy / "memory", **_policy(name, witness_key))
    assert found in {f"ledger-{name}", "ledger-entry-edited"}
    if name in ("forked", "rolled-back"):
        shutil.rmtree(copy / "memory")
        assert code(copy / "ledger", log_key, copy / "memory", **_policy(name, witness_key)) == "", (
            "but for that"
        )


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
@pytest.mark.parametrize("name", ["forked", "rolled-back", "edited", "truncated", "quorum"])
def test_no_file_taken_away_and_no_byte_flipped_turns_refuse_into_accept(
    refused: dict[str, Path], name: str, log_key: NoteKey, witness_key: Callable[[int], NoteKey],
    memory_path: Path, data: st.DataObject,
) -> None:  # fmt: skip
    copy = memory_path / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(refused[name], copy)
    files = sorted(path for path in copy.rglob("*") if path.is_file())
    for path in data.draw(st.lists(st.sampled_from(files), min_size=1, max_size=3)):
        remove = data.draw(st.booleans()) and "memory" not in path.parts
        if remove:
            path.unlink(missing_ok=True)
        elif path.exists() and (content := bytearray(path.read_bytes())):
            at = data.draw(st.integers(0, len(content) - 1))
            content[at] ^= data.draw(st.integers(1, 255))
            path.write_bytes(content)
    assert code(copy / "ledger", log_key, copy / "memory", **_policy(name, witness_key)) != ""


def test_a_flipped_byte_is_refused_or_changes_nothing_that_was_verified(
    make_log: MakeLog, log_key: NoteKey, memory_path: Path, read_all: Callable[..., list[bytes]]
) -> None:
    log = make_log(3)
    expected = read_all(log)
    for path in sorted(path for path in Path(log.root).rglob("*") if path.is_file()):
        data = path.read_bytes()
        for at in range(len(data)):
            path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
            assert code(log.root, log_key, memory_path / "m") != "", f"byte {at} of {path.name}"
        path.write_bytes(data)
    assert read_all(log) == expected


def test_no_proof_is_made_of_a_record_that_was_edited(make_log: MakeLog, log_key: NoteKey) -> None:
    log = make_log(3)
    bundle = Path(log.root, "tile/entries/000.p/3")
    bundle.write_bytes(bundle.read_bytes().replace(b'"allow"', b'"deny_"', 1))
    snapshot = open_snapshot(log.root, log_key)
    with pytest.raises(Refusal) as refused:
        snapshot.prove(0)
    assert (refused.value.code, refused.value.where) == ("ledger-entry-edited", "record 0")
    assert snapshot.entry(1).at == 1
