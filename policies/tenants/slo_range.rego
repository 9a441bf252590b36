# METADATA
# scope: package
# title: A tenant's availability target is above 0 and at most 100 percent
# description: >-
#   Bindings and alerts are measured against this target. One at or below 0 is met by anything, one
#   above 100 by nothing.
# custom:
#   severity: medium
#   scope: static
#   subject: tenant
#   needs: [tenant]
#   unknown: subject
#   message: "{subject} promises {availability} percent availability; it must be in (0, 100]"
#   remediation: >-
#     Set spec.slo.availability in tenant.yml to the percentage that was agreed, for example 99.5.
package policies.tenants.slo_range

findings contains {
	"subject": id,
	"at": "/slo_availability",
	"availability": sprintf("%v", [tenant.slo_availability]),
} if {
	some id, tenant in input.facts.tenant
	is_number(tenant.slo_availability)
	not percentage(tenant.slo_availability)
}

percentage(number) if {
	number > 0
	number <= 100
}
