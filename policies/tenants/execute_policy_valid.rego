# METADATA
# scope: package
# title: The tenants' execute policy is whole
# description: >-
#   This file says where executors may act. A key that is missing or misspelt is a guard that does
#   not exist.
# custom:
#   severity: high
#   scope: static
#   subject: execute_policy
#   needs: [document]
#   uses: [execute_policy]
#   unknown: subject
#   where: {document: {kind: execute_policy}}
#   params:
#     consumers:
#       schema: {type: array, items: {type: string}}
#       default: [database, message-queue, cache, vector, kubernetes]
#   message: "{subject} {problem}"
#   remediation: >-
#     Correct ops/tenants/execute/execute-policy.yml; every key must be stated, with names that
#     exist.
package policies.tenants.execute_policy_valid

import data.policies.lib.env

lists := ["allowed_consumers", "allowed_envs", "allowed_tenants"]

flags := [
	"require_change_window_for_prod",
	"require_reason",
	"require_signing_for_prod",
	"require_signing_for_shared",
]

findings contains {"subject": id, "at": "", "problem": sprintf("lacks %s", [key])} if {
	some id, policy in input.facts.execute_policy
	some key in array.concat(lists, flags)
	not key in policy.keys
}

findings contains {"subject": id, "at": sprintf("/%s", [key]), "problem": sprintf("has no list of names in %s", [key])} if {
	some id, policy in input.facts.execute_policy
	some key in lists
	key in policy.keys
	not names(policy[key])
}

findings contains {"subject": id, "at": sprintf("/%s", [key]), "problem": sprintf("has an empty list in %s", [key])} if {
	some id, policy in input.facts.execute_policy
	some key in ["allowed_consumers", "allowed_envs"]
	policy[key] == []
}

findings contains {"subject": id, "at": sprintf("/%s", [key]), "problem": sprintf("has no boolean in %s", [key])} if {
	some id, policy in input.facts.execute_policy
	some key in flags
	key in policy.keys
	not is_boolean(policy[key])
}

findings contains {"subject": id, "at": sprintf("/allowed_consumers/%d", [index]), "problem": sprintf("allows %s, which is no consumer", [name])} if {
	some id, policy in input.facts.execute_policy
	names(policy.allowed_consumers)
	some index, name in policy.allowed_consumers
	not name in input.params.consumers
}

findings contains {"subject": id, "at": sprintf("/allowed_envs/%d", [index]), "problem": sprintf("allows %s, which is no environment", [name])} if {
	some id, policy in input.facts.execute_policy
	names(policy.allowed_envs)
	some index, name in policy.allowed_envs
	not contains(name, "*")
	env.class(name) == "unknown"
}

findings contains {
	"subject": document.subject,
	"fact": sprintf("document:%s", [path]),
	"at": sprintf("/faults/%d", [index]),
	"problem": sprintf("cannot be read: %s", [fault.message]),
} if {
	some path, document in input.facts.document
	some index, fault in document.faults
}

names(value) if {
	is_array(value)
	every name in value { is_string(name) }
}
