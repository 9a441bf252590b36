"""Inputs for the benchmarks: the same bytes for the same size."""

from __future__ import annotations

import json
import random
from typing import Any

_TYPES = (
    "aws_instance",
    "aws_s3_bucket",
    "aws_db_instance",
    "aws_security_group_rule",
    "aws_lambda_function",
)
_REGIONS = ("eu-central-1", "eu-west-1", "us-east-1")


def plan(size: int) -> str:
    """Return a Terraform plan's planned values: `size` resources of 30 attributes."""
    dice = random.Random(size)  # noqa: S311 - not a secret
    resources = [_resource(number, dice) for number in range(size)]
    return json.dumps({"format_version": "1.2", "planned_values": {"root_module": {"resources": resources}}})


def _resource(number: int, dice: random.Random) -> dict[str, Any]:
    kind = _TYPES[number % len(_TYPES)]
    name = f"node-{number}" if dice.random() > 0.02 else f"Node {number}"
    values: dict[str, Any] = {f"attribute_{n}": f"value-{n}-{number % 97}" for n in range(11)}
    values |= {
        "name": name,
        "acl": "public-read" if dice.random() < 0.02 else "private",
        "encrypted": dice.random() > 0.03,
        "instance_type": dice.choice(("t3.small", "m5.large", "m5.24xlarge")),
        "monitoring": dice.random() > 0.03,
        "tags": {"owner": "team", "env": dice.choice(("dev", "staging", "prod"))}
        if dice.random() > 0.03
        else {},
        "cidr_blocks": ["10.0.0.0/8", dice.choice(("0.0.0.0/0", "192.168.0.0/16"))],
        "from_port": dice.choice((22, 80, 443)),
        "to_port": dice.choice((22, 443, 8080)),
        "backup_retention": dice.choice((3, 7, 30)),
        "engine": "postgres",
        "engine_version": dice.choice(("9.6", "14.2", "15.1")),
        "publicly_accessible": dice.random() < 0.05,
        "size_gb": dice.choice((5, 20, 100)),
        "region": dice.choice(_REGIONS) if dice.random() < 0.05 else "eu-central-1",
        "subnets": [f"private-{number % 7}", f"public-{number % 3}"],
        "description": "a temporary thing" if dice.random() < 0.01 else "a lasting thing",
        "retention_days": dice.choice((7, 14, 28)),
        "strict_names": dice.random() < 0.05,
    }
    return {"address": f"{kind}.n{number}", "type": kind, "name": name, "mode": "managed", "values": values}


def joined(size: int) -> str:
    """Return documents to be joined: `size` resources, as many machines, a tenth of networks and zones."""
    resources = [
        {"address": f"r{n}", "ip": f"10.{n % 200}.{n // 200 % 250}.{n // 3 % 250}"} for n in range(size)
    ]
    machines = [{"name": f"vm{n}", "network": n % (size // 10)} for n in range(size)]
    networks = [{"name": f"net{n}", "id": n, "zone": f"z{n % 50}"} for n in range(size // 10)]
    zones = [{"name": f"zone{n}", "id": f"z{n}"} for n in range(50)]
    return json.dumps({"resources": resources, "vms": machines, "networks": networks, "zones": zones})


def tree(size: int) -> str:
    """Return a nested document of about `size` objects."""
    dice = random.Random(size)  # noqa: S311 - not a secret

    def node(number: int) -> dict[str, Any]:
        made: dict[str, Any] = {
            "name": f"n{number}",
            "secret": dice.random() < 0.02,
            "values": [number, "text"],
        }
        if dice.random() < 0.9:
            made["owner"] = "team"
        if dice.random() < 0.01:
            made["key"] = "password"
        below = [number * 3 + step for step in (1, 2, 3)]
        made["children"] = {f"c{child}": node(child) for child in below if child < size}
        return made

    return json.dumps(node(0))
