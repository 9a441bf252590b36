# METADATA
# scope: package
# title: A tenant enables no more of a consumer than its quota allows
# description: >-
#   Enabled contracts are what executors act on. More of them than the quota takes capacity that was
#   granted to others; a consumer without a quota has a quota of 0.
# custom:
#   severity: high
#   scope: static
#   subject: tenant_quota
#   needs: [tenant_quota]
#   uses: [enabled_contract]
#   unknown: subject
#   message: "{subject} allows {limit} {dimension} of {consumer}; enabled: {count}"
#   remediation: >-
#     Raise the consumer's instances (variant single) or clusters (variant cluster) in the tenant's
#     quotas.yml, or remove an enabled.yml.
package policies.tenants.quota_exceeded

# Sorted, so that contracts under one limit are neighbours: counting runs of equal rows is linear.
rows := sort([[contract.tenant, contract.consumer, dimension] |
	some contract in input.facts.enabled_contract
	is_string(contract.consumer)
	dimension := {"single": "instances", "cluster": "clusters"}[contract.variant]
])

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
	"count": enabled,
} if {
	some [[tenant, consumer, dimension], enabled] in counts
	id := cells[[tenant, consumer]]
	limit := object.get(input.facts.tenant_quota[id], dimension, 0)
	is_number(limit)
	enabled > limit
}

findings contains {
	"subject": sprintf("%s/%s", [id, consumer]),
	"fact": sprintf("tenant_quota:%s", [id]),
	"consumer": consumer,
	"dimension": dimension,
	"limit": 0,
	"count": enabled,
} if {
	some [[tenant, consumer, dimension], enabled] in counts
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
