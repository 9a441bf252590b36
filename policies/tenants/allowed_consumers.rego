# METADATA
# scope: package
# title: A tenant's policies allow at least one consumer, and only known ones
# description: >-
#   allowed_consumers decides what a tenant may bind to. An empty list leaves the tenant without any
#   service; a name the platform does not know allows nothing and hides a typing error.
# custom:
#   severity: high
#   scope: static
#   subject: tenant_policy
#   needs: [tenant_policy]
#   unknown: subject
#   message: "{subject} {problem}"
#   remediation: >-
#     List in spec.allowed_consumers of policies.yml one or more of database, message-queue, cache,
#     vector and kubernetes.
package policies.tenants.allowed_consumers

consumers := {"database", "message-queue", "cache", "vector", "kubernetes"}

findings contains {
	"subject": id,
	"at": "/allowed_consumers",
	"problem": "allows no consumer at all",
} if {
	some id, policy in input.facts.tenant_policy
	policy.allowed_consumers == []
}

findings contains {
	"subject": id,
	"at": sprintf("/allowed_consumers/%d", [index]),
	"problem": sprintf("allows the consumer %s, which does not exist", [consumer]),
} if {
	some id, policy in input.facts.tenant_policy
	is_array(policy.allowed_consumers)
	some index, consumer in policy.allowed_consumers
	is_string(consumer)
	not consumer in consumers
}
