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
#   reads:
#     tenant_quota: [scope, tenant, consumers, consumer, instances, clusters]
#     enabled_contract: [tenant, consumer, variant]
#   unknown: subject
#   message: "{subject} allows {limit} {dimension}, but {count} enabled {consumer} contracts need one"
#   remediation: >-
#     Raise the consumer's instances (variant single) or clusters (variant cluster) in quotas.yml, or
#     remove an enabled.yml.
package policies.tenants.quota_exceeded

dimensions := {"single": "instances", "cluster": "clusters"}

# Sorted, so that contracts which share a limit are neighbours: counting runs of equal rows stays
# linear in the number of contracts.
rows := sort([[contract.tenant, contract.consumer, dimension] |
	some contract in input.facts.enabled_contract
	is_string(contract.consumer)
	dimension := dimensions[contract.variant]
])

starts := [index | some index, _ in rows; not repeats(index)]

repeats(index) if rows[index] == rows[index - 1]

ends := array.concat(array.slice(starts, 1, count(starts)), [count(rows)])

counts := [[rows[start], ends[run] - start] | some run, start in starts]

cells := {[cell.tenant, cell.consumer]: id |
	some id, cell in input.facts.tenant_quota
	cell.scope == "cell"
}

findings contains {
	"subject": id,
	"at": sprintf("/%s", [dimension]),
	"consumer": consumer,
	"dimension": dimension,
	"limit": floor(limit),
	"count": needed,
} if {
	some [[tenant, consumer, dimension], needed] in counts
	id := cells[[tenant, consumer]]
	limit := object.get(input.facts.tenant_quota[id], dimension, 0)
	is_number(limit)
	needed > limit
}

findings contains {
	"subject": sprintf("%s/%s", [id, consumer]),
	"fact": sprintf("tenant_quota:%s", [id]),
	"at": "/consumers",
	"consumer": consumer,
	"dimension": dimension,
	"limit": 0,
	"count": needed,
} if {
	some [[tenant, consumer, dimension], needed] in counts
	id := files[tenant]
	quota := input.facts.tenant_quota[id]
	not consumer in quota.consumers
}

# Only files whose list of consumers is readable can tell that a cell does not exist.
files := {quota.tenant: id |
	some id, quota in input.facts.tenant_quota
	quota.scope == "file"
	is_array(quota.consumers)
}
