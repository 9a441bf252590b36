"""Secrets in the contracts of tenants."""

from samakia_policy.rules import Facts, Hits, hit, rule

CONTRACTS = "contracts/tenants/"


@rule(
    title="No tenant contract holds secret material",
    description="Contracts are read by many and kept for ever; a secret in one of them is lost. They name secrets by secret_ref.",
    severity="critical",
    scope="static",
    subject="tenant",
    needs=["tenant"],
    uses=["secret_hit"],
    reads={"tenant": [], "secret_hit": ["path", "holder", "detector", "hash8"]},
    unknown="subject",
    message="{subject} holds secret material ({detector}, sha256 {hash8}...)",
    remediation="Revoke the secret, move the new one to the secrets backend, and name it with secret_ref.",
)
def secret_material(facts: Facts) -> Hits:
    """Yield one hit per secret that was taken out of a tenant's contracts."""
    for identity, secret in facts.of("secret_hit"):
        if secret["path"].startswith(CONTRACTS):
            of = f"secret_hit:{identity}"
            yield hit(secret["holder"], fact=of, detector=secret["detector"], hash8=secret["hash8"])
