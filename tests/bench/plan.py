"""Measure reading a plan of 10,000 resources against parsing the same bytes: processor time, medians of seven."""

from __future__ import annotations

import gc
import json
import statistics
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

from samakia_policy.facts.build import build
from samakia_policy.facts.terraform import plan_facts, plan_secrets
from samakia_policy.sources.terraform_plan import read_plan

_ENV = ("samakia-dev", "dev", "@plan/samakia-dev/plan.json", "sha256:0")


def plan_bytes(resources: int, more: dict[str, Any] | None = None) -> bytes:
    """Return a plan of so many containers on one line, each with some more attributes."""
    changes = [_change(n, more or {}) for n in range(resources)]
    head = {"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": changes}
    return json.dumps({**head, "complete": True, "errored": False}, separators=(",", ":")).encode()


def _change(n: int, more: dict[str, Any]) -> dict[str, Any]:
    after = {
        "hostname": f"h{n}", "ostemplate": "nfs:vztmpl/ubuntu-24.04-lxc-rootfs-v3.tar.gz", "vmid": 1000 + n,
        "unprivileged": True, "onboot": True, "cores": 2, "memory": 2048, "target_node": "pve1",
        "rootfs": [{"size": "8G", "storage": "nfs"}], "network": [{"name": "eth0", "bridge": "vmbr0"}],
        **{f"option_{k}": f"value-{k}" for k in range(20)}, **more,
    }  # fmt: skip
    change = {"actions": ["create"], "before": None, "after": after, "after_unknown": {"id": True}}
    names = {"mode": "managed", "type": "proxmox_lxc", "name": "ct", "provider_name": "telmate/proxmox"}
    return {
        "address": f'module.m.proxmox_lxc.ct["h{n}"]',
        "module_address": "module.m",
        **names,
        "change": change,
    }


def _facts(data: bytes) -> list[Any]:
    plan = read_plan(data, "plan.json")
    return [*plan_facts(plan, *_ENV), *plan_secrets(plan, data, _ENV[0], *_ENV[2:])]


def median(work: Callable[[], Any]) -> float:
    """Return the median seconds of processor time of seven runs."""
    seconds = []
    for _ in range(7):
        started = time.process_time()
        work()
        seconds.append(time.process_time() - started)
    return statistics.median(seconds)


def measure(what: str, data: bytes) -> None:
    """Print the medians of one plan, and their ratio to parsing it."""
    import orjson

    yardstick = median(lambda: orjson.loads(data))
    ours = median(lambda: build([], [], plan_facts(read_plan(data, "plan.json"), *_ENV)))
    searched = median(lambda: build([], [], _facts(data)))
    print(f"{what}: {len(data) / 1e6:.1f} MB, orjson.loads {yardstick * 1000:.0f} ms, read and normalise "
          f"{ours * 1000:.0f} ms ({ours / yardstick:.2f} x), with the search for secrets {searched * 1000:.0f} ms "
          f"({searched / yardstick:.2f} x)")  # fmt: skip


def main() -> None:
    """Print a line for each kind of plan, and the memory that the facts take."""
    gc.disable()  # as `policy` does
    data = plan_bytes(10_000)
    measure("nothing that hints at a secret", data)
    harmless = {
        "password": None,
        "description": "see https://wiki.internal/hosts?a=b",
        "unprivileged_token": "",
    }
    measure("harmless names of secrets everywhere", plan_bytes(10_000, harmless))
    measure("a secret in every resource", plan_bytes(10_000, {"password": "hunter2hunter2"}))
    gc.enable()
    tracemalloc.start()
    graph = build([], [], _facts(data))
    print(f"{len(graph)} facts, peak {tracemalloc.get_traced_memory()[1] / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
