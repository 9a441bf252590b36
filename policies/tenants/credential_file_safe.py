"""Credential files of tenants on the machine of a runner."""

from samakia_policy.rules import Facts, Hits, hit, rule


@rule(
    title="Credential files are private and lie outside the repository",
    description="creds.enc is encrypted, but a copy in Git or in reach of others can be attacked for ever.",
    severity="high",
    scope="runner",
    subject="tenant_credential",
    needs=["tenant_credential"],
    reads={"tenant_credential": ["mode", "folder_mode", "inside_repo"]},
    unknown="subject",
    message="{subject}: {problem}",
    remediation="chmod 0600 the file and 0700 its folder, and keep both outside the repository.",
)
def credential_file_safe(facts: Facts) -> Hits:
    """Yield one hit per thing wrong with a credential file; it is never opened."""
    for identity, file in facts.of("tenant_credential"):
        for key, wanted, what in (("mode", "0600", "file"), ("folder_mode", "0700", "folder")):
            if file.get(key) != wanted:
                yield hit(identity, at=f"/{key}", problem=f"the {what} has mode {file.get(key)}, not {wanted}")
        if file.get("inside_repo") is not False:
            yield hit(identity, at="/inside_repo", problem="the file lies inside the repository")
