"""Measure `policy check` on generated estates, and a large plan: whole processes, medians.

Usage: python tests/bench/estates.py [TENANTS ...]     (default 100 1000 10000)
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_CLEAN = Path(__file__).parents[2] / "fixtures/estates/canary-clean"
_HEAD = {"apiVersion": "samakia.fabric/v1alpha1"}


def write_tenant(root: Path, name: str) -> None:
    """Write one tenant with a database, all of it clean."""
    folder = root / "contracts/tenants" / name
    (folder / "consumers/database").mkdir(parents=True)
    host = {"host": f"db.{name}.internal", "port": 5432, "protocol": "tcp", "tls_required": True}
    reference = f"secrets/tenants/{name}/db"
    single = {"instances": 1, "clusters": 0}
    documents = {
        "tenant.yml": ("Tenant", {"id": name, "name": name}, {
            "owner": "team", "environments": {"dev": True, "shared": False, "prod": False},
            "isolation": {"level": "soft"}, "slo": {"availability": 99},
            "dr": {"rpo": "24h", "rto": "48h", "required_testcases": ["node-loss"]}}),
        "policies.yml": ("TenantPolicies", {"tenant_id": name}, {
            "allowed_consumers": ["database"], "allowed_variants": {"database": ["single"]},
            "security_profile": "baseline",
            "prod_requirements": {"require_change_window": True, "require_evidence_signing": True},
            "execute_guards": {"require_reason": True}}),
        "quotas.yml": ("TenantQuotas", {"tenant_id": name}, {"database": single}),
        "endpoints.yml": ("TenantEndpoints", {"tenant_id": name}, {
            "endpoints": [{"name": "db", "consumer": "database", **host, "secret_ref": reference}]}),
        "networks.yml": ("TenantNetworks", {"tenant_id": name}, {
            "segments": [f"segment-{name}"], "cross_tenant_access": False}),
        "consumers/database/ready.yml": ("TenantConsumerBinding", {"tenant_id": name, "consumer": "database"}, {
            "consumer": "database", "variant": "single", "ha_ready": True, "dr_testcases": ["node-loss"]}),
    }  # fmt: skip
    for path, (kind, metadata, spec) in documents.items():
        text = json.dumps({**_HEAD, "kind": kind, "metadata": metadata, "spec": spec}, indent=2)
        (folder / path).write_text(text)


def write_estate(root: Path, tenants: int) -> None:
    """Write a clean estate of so many tenants."""
    for source in ("contracts/tenants/_schema/dr-testcases.yml", "ops/tenants/dr/testcases.yml"):
        (root / source).parent.mkdir(parents=True, exist_ok=True)
        (root / source).write_bytes((_CLEAN / source).read_bytes())
    for n in range(tenants):
        write_tenant(root, f"t{n:05d}")


def run(arguments: list[str], cache: str) -> tuple[float, float, str]:
    """Return (seconds, peak MB of the largest process, standard output) of a command."""
    started = time.perf_counter()
    environment = {**os.environ, "XDG_CACHE_HOME": cache}
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, env=environment, check=False
    )
    seconds = time.perf_counter() - started
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, done.stdout


def main() -> None:
    """Print a line per measurement."""
    sizes = [int(size) for size in sys.argv[1:]] or [100, 1_000, 10_000]
    check = ["-m", "samakia_policy", "check", "-o", "json"]
    with tempfile.TemporaryDirectory() as folder:
        bare = statistics.median(run(["-c", "pass"], folder)[0] for _ in range(9))
        cold = run([*check, str(_CLEAN)], f"{folder}/cold")[0]
        warm = statistics.median(run([*check, str(_CLEAN)], f"{folder}/cold")[0] for _ in range(9))
        print(
            f"python -c pass {bare * 1000:.0f} ms; canary-clean {warm * 1000:.0f} ms, without cache {cold * 1000:.0f} ms"
        )
        for size in sizes:
            estate = Path(folder) / str(size)
            write_estate(estate, size)
            run([*check, str(estate)], f"{folder}/cache")
            seconds, peak, text = run([*check, str(estate)], f"{folder}/cache")
            decision = json.loads(text)
            facts = decision["counts"]["facts"]
            print(
                f"{size:>6} tenants: {decision['outcome']}, {facts} facts, {seconds:.2f} s "
                f"({seconds / facts * 1e6:.0f} us a fact), peak {peak:.0f} MB ({peak * 1024 / facts:.2f} KB a fact)"
            )


if __name__ == "__main__":
    main()
