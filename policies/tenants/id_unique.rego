# METADATA
# scope: package
# title: No two tenant directories use the same id
# description: >-
#   Quotas, secrets and bindings are keyed by tenant id. Two directories with one id share them
#   without anyone having decided so.
# custom:
#   severity: high
#   scope: static
#   subject: tenant
#   needs: [tenant]
#   unknown: subject
#   message: "{subject} has the id {id}, which {other} has too"
#   remediation: Give each tenant directory an id of its own, or delete the copy.
package policies.tenants.id_unique

# Sorted, so that equal ids are neighbours: linear in the number of tenants.
ids := sort([[tenant.id, subject] |
	some subject, tenant in input.facts.tenant
	is_string(tenant.id)
])

findings contains {
	"subject": subject,
	"at": "/id",
	"id": id,
	"other": sprintf("tenant:%s", [other]),
} if {
	some index, [id, subject] in ids
	[id, other] = ids[index - 1]
}
