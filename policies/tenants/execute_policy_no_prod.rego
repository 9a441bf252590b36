# METADATA
# scope: package
# title: The tenants' execute policy allows no production environment and no wildcard
# description: >-
#   Production is never changed through this list; a wildcard would include it.
# custom:
#   severity: critical
#   scope: static
#   subject: execute_policy
#   needs: [execute_policy]
#   unknown: subject
#   message: "{subject} allows {env}"
#   remediation: >-
#     Remove the entry from allowed_envs of ops/tenants/execute/execute-policy.yml.
package policies.tenants.execute_policy_no_prod

import data.policies.lib.env

findings contains {"subject": id, "at": sprintf("/%s/%d", [key, index]), "env": name} if {
	some id, policy in input.facts.execute_policy
	some key in ["allowed_envs", "allowed_tenants", "allowed_consumers"]
	is_array(policy[key])
	some index, name in policy[key]
	is_string(name)
	contains(name, "*")
}

findings contains {"subject": id, "at": sprintf("/allowed_envs/%d", [index]), "env": name} if {
	some id, policy in input.facts.execute_policy
	is_array(policy.allowed_envs)
	some index, name in policy.allowed_envs
	env.class(name) == "prod"
}
