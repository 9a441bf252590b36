# METADATA
# scope: package
# title: Executing for a tenant demands a reason
# description: >-
#   A change without a stated reason cannot be judged afterwards.
# custom:
#   severity: medium
#   scope: static
#   subject: tenant_policy
#   needs: [tenant_policy]
#   unknown: subject
#   message: "{subject} does not demand a reason to execute"
#   remediation: >-
#     Set spec.execute_guards.require_reason: true in policies.yml.
package policies.tenants.execute_reason_required

findings contains {"subject": id, "at": "/require_reason"} if {
	some id, policy in input.facts.tenant_policy
	not policy.require_reason == true
}
