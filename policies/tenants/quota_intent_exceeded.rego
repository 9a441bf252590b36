# METADATA
# scope: package
# title: A tenant plans no more of a consumer than its quota allows
# description: >-
#   A ready binding without an enabled contract is an intent: it costs nothing yet, but enabling it
#   would break the quota. Better to learn that before the enabled contract is written.
# custom:
#   severity: medium
#   scope: static
#   subject: tenant_quota
#   needs: [tenant_quota, tenant]
#   uses: [ready_binding]
#   unknown: subject
#   message: "{subject} allows {limit} {dimension} of {consumer}; planned: {count}"
#   remediation: >-
#     Raise the consumer's instances (variant single) or clusters (variant cluster) in the tenant's
#     quotas.yml, or remove the ready.yml that will not be enabled.
package policies.tenants.quota_intent_exceeded

# Sorted, so that bindings under one limit are neighbours: counting runs of equal rows is linear.
rows := sort([[binding.tenant, binding.consumer, dimension] |
	some binding in input.facts.ready_binding
	is_string(binding.consumer)
	not enabled(binding)
	dimension := {"single": "instances", "cluster": "clusters"}[binding.variant]
])

# The file counts, not the fact: an enabled.yml that could not be read is no mere intent.
enabled(binding) if {
	files := input.facts.tenant[binding.tenant].files
	sprintf("consumers/%s/enabled.yml", [binding.consumer_folder]) in files
}

starts := [index | some index, _ in rows; not repeats(index)]

repeats(index) if rows[index] == rows[index - 1]

ends := array.concat(array.slice(starts, 1, count(starts)), [count(rows)])

counts := [[rows[start], ends[run] - start] | some run, start in starts]

findings contains {
	"subject": id,
	"at": sprintf("/%s", [dimension]),
	"consumer": consumer,
	"dimension": dimension,
	"limit": floor(limit),
	"count": planned,
} if {
	some [[tenant, consumer, dimension], planned] in counts
	id := cells[[tenant, consumer]]
	limit := object.get(input.facts.tenant_quota[id], dimension, 0)
	is_number(limit)
	planned > limit
}

findings contains {
	"subject": sprintf("%s/%s", [id, consumer]),
	"fact": sprintf("tenant_quota:%s", [id]),
	"consumer": consumer,
	"dimension": dimension,
	"limit": 0,
	"count": planned,
} if {
	some [[tenant, consumer, dimension], planned] in counts
	id := files[tenant]
	consumers := input.facts.tenant_quota[id].consumers
	not consumer in consumers
}

cells := {[cell.tenant, cell.consumer]: id |
	some id, cell in input.facts.tenant_quota
	cell.scope == "cell"
}

# A cell may be withheld; that there is none is read from the file's list of consumers.
files := {quota.tenant: id |
	some id, quota in input.facts.tenant_quota
	quota.scope == "file"
	is_array(quota.consumers)
}
