"""Documents that cannot be read, where no other rule answers for them."""

from samakia_policy.rules import Facts, Hits, hit, rule


@rule(
    title="Every document can be read",
    description="A file that cannot be read hides what it says from every rule.",
    severity="high",
    scope="static",
    subject="repo_file",
    needs=["document"],
    reads={"document": ["owner", "subject", "faults"]},
    applies_to=["live", "template", "example"],
    unknown="subject",
    message="{fault}",
    remediation="Repair the file at the place named, or remove it.",
)
def unreadable(facts: Facts) -> Hits:
    """Yield one hit per fault of each document that this rule answers for."""
    for path, document in facts.of("document"):
        if document["owner"] != "load/unreadable":
            continue
        of = f"document:{path}"
        for number, fault in enumerate(document["faults"]):
            yield hit(document["subject"], fact=of, at=f"/faults/{number}", fault=fault["message"])
