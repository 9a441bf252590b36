"""Measure reading a plan of 10,000 resources against parsing the same bytes: medians of five."""

from __future__ import annotations

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


def plan_bytes(resources: int) -> bytes:
    """Return a plan of so many containers on one line."""
    changes = [_change(n) for n in range(resources)]
    head = {"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": changes}
    return json.dumps({**head, "complete": True, "errored": False}, separators=(",", ":")).encode()


def _change(n: int) -> dict[str, Any]:
    after = {
        "hostname": f"h{n}", "ostemplate": "nfs:vztmpl/ubuntu-24.04-lxc-rootfs-v3.tar.gz", "vmid": 1000 + n,
        "unprivileged": True, "onboot": True, "cores": 2, "memory": 2048, "target_node": "pve1",
        "rootfs": [{"size": "8G", "storage": "nfs"}], "network": [{"name": "eth0", "bridge": "vmbr0"}],
        **{f"option_{k}": f"value-{k}" for k in range(20)},
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
    """Return the median seconds of five runs."""
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


def main() -> None:
    """Print the medians, their ratio and the memory that the facts take."""
    import orjson

    data = plan_bytes(10_000)
    yardstick = median(lambda: orjson.loads(data))
    ours = median(lambda: build([], [], plan_facts(read_plan(data, "plan.json"), *_ENV)))
    searched = median(lambda: build([], [], _facts(data)))
    tracemalloc.start()
    graph = build([], [], _facts(data))
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    print(f"{len(data) / 1e6:.1f} MB, {len(graph)} facts: orjson.loads {yardstick * 1000:.0f} ms, "
          f"read and normalise {ours * 1000:.0f} ms ({ours / yardstick:.2f} x), with the search for secrets {searched * 1000:.0f} ms ({searched / yardstick:.2f} x), peak {peak:.0f} MB")  # fmt: skip


if __name__ == "__main__":
    main()
