# METADATA
# scope: package
# title: A tenant intends no more of a consumer than its quota allows
# description: >-
#   A ready binding announces what will be enabled. When the quota is too small for it, enabling it
#   will be refused later, at a worse time.
# custom:
#   severity: medium
#   scope: static
#   subject: tenant_quota
#   needs: [tenant_quota]
#   uses: [ready_binding, enabled_contract]
#   reads:
#     tenant_quota: [scope, tenant, consumer, instances, clusters]
#     ready_binding: [tenant, consumer, variant]
#     enabled_contract: [tenant, consumer]
#   unknown: rule
#   message: "{subject} allows {limit} {dimension}, but a ready {consumer} binding intends one"
#   remediation: >-
#     Raise the quota in quotas.yml before the binding is enabled, or remove its ready.yml.
package policies.tenants.quota_intent_exceeded

dimensions := {"single": "instances", "cluster": "clusters"}

enabled := {[contract.tenant, contract.consumer] | some contract in input.facts.enabled_contract}

files := {quota.tenant: id |
	some id, quota in input.facts.tenant_quota
	quota.scope == "file"
}

# At most one ready binding per tenant and consumer folder, so an intent is always for one.
intents contains {"tenant": binding.tenant, "consumer": binding.consumer, "dimension": dimension} if {
	some binding in input.facts.ready_binding
	is_string(binding.consumer)
	not enabled[[binding.tenant, binding.consumer]]
	dimension := dimensions[binding.variant]
}

findings contains {
	"subject": cell,
	"fact": place.fact,
	"at": place.at,
	"consumer": intent.consumer,
	"dimension": intent.dimension,
	"limit": 0,
} if {
	some intent in intents
	file := files[intent.tenant]
	cell := sprintf("%s/%s", [file, intent.consumer])
	limit := object.get(input.facts.tenant_quota, [cell, intent.dimension], 0)
	is_number(limit)
	limit < 1
	place := where(file, cell, intent.dimension)
}

where(_, cell, dimension) := {"fact": sprintf("tenant_quota:%s", [cell]), "at": sprintf("/%s", [dimension])} if {
	input.facts.tenant_quota[cell]
} else := {"fact": sprintf("tenant_quota:%s", [file]), "at": ""} if {
	file := split(cell, "/")[0]
}
