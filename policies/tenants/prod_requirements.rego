# METADATA
# scope: package
# title: A tenant in production demands change windows and signed evidence
# description: >-
#   Production is changed in announced windows, and every change leaves evidence somebody signed.
# custom:
#   severity: high
#   scope: static
#   subject: tenant_policy
#   needs: [tenant_policy, tenant]
#   unknown: rule
#   message: "{subject} is in production, but {requirement} is not true in policies.yml"
#   remediation: >-
#     Set require_change_window and require_evidence_signing to true under spec.prod_requirements
#     of policies.yml.
package policies.tenants.prod_requirements

findings contains {"subject": id, "at": sprintf("/%s", [requirement]), "requirement": requirement} if {
	some id, policy in input.facts.tenant_policy
	input.facts.tenant[policy.tenant].environments.prod == true
	some requirement in ["require_change_window", "require_evidence_signing"]
	not object.get(policy, requirement, false) == true
}
