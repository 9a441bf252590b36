# METADATA
# scope: package
# title: No binding promises less availability than its tenant
# description: >-
#   A tenant's availability target is its promise. A binding or an enabled contract below it makes
#   the promise impossible to keep, however well everything else runs.
# custom:
#   severity: medium
#   scope: static
#   subject: ready_binding
#   needs: [ready_binding, tenant]
#   uses: [enabled_contract]
#   unknown: subject
#   message: "{subject} promises {availability} percent availability, its tenant {promised}"
#   remediation: >-
#     Raise the binding's availability to the tenant's spec.slo.availability or above, or lower the
#     tenant's promise.
package policies.tenants.slo_override_weaker

attributes := {"enabled_contract": "availability", "ready_binding": "slo_override"}

findings contains {
	"subject": sprintf("%s:%s", [kind, id]),
	"at": sprintf("/%s", [attribute]),
	"availability": sprintf("%v", [availability]),
	"promised": sprintf("%v", [promised]),
} if {
	some kind, attribute in attributes
	some id, binding in input.facts[kind]
	availability := binding[attribute]
	is_number(availability)
	promised := input.facts.tenant[binding.tenant].slo_availability
	is_number(promised)
	availability < promised
}
