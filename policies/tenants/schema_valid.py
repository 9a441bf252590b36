"""Tenant documents that do not hold what their schema demands."""

from samakia_policy.rules import Facts, Hits, hit, rule


@rule(
    title="Every tenant contract and template satisfies its schema",
    description="A contract that does not say what its schema demands is read differently by every tool that acts on it.",
    severity="high",
    scope="static",
    subject="repo_file",
    needs=["document"],
    reads={"document": ["owner", "subject", "mapped", "faults"]},
    applies_to=["live", "template", "example"],
    unknown="subject",
    message="{fault}",
    remediation="Correct the file at the place named; contracts/<kind>/v1alpha1/template.yaml of the product shows a valid one.",
)
def schema_valid(facts: Facts) -> Hits:
    """Yield one hit per fault of each document that this rule answers for."""
    for path, document in facts.of("document"):
        if document["owner"] != "tenants/schema-valid":
            continue
        of = f"document:{path}"
        if not document["mapped"]:
            yield hit(document["subject"], fact=of, fault="no schema covers this file")
        for number, fault in enumerate(document["faults"]):
            yield hit(document["subject"], fact=of, at=f"/faults/{number}", fault=fault["message"])
