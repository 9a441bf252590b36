# METADATA
# scope: package
# title: The guards of the tenants' execute policy are on
# description: >-
#   These flags are what stands between a typing error and production.
# custom:
#   severity: high
#   scope: static
#   subject: execute_policy
#   needs: [execute_policy]
#   unknown: subject
#   message: "{subject} does not state {guard}: true"
#   remediation: >-
#     Set the guard to true in ops/tenants/execute/execute-policy.yml.
package policies.tenants.execute_policy_guards_on

guards := ["require_reason", "require_change_window_for_prod", "require_signing_for_prod"]

findings contains {"subject": id, "at": sprintf("/%s", [guard]), "guard": guard} if {
	some id, policy in input.facts.execute_policy
	some guard in guards
	not object.get(policy, guard, false) == true
}
