# METADATA
# scope: package
# title: No binding promises less availability than its tenant
# description: >-
#   A tenant is as available as the weakest consumer it is bound to.
# custom:
#   severity: medium
#   scope: static
#   subject: ready_binding
#   needs: [tenant]
#   uses: [ready_binding, enabled_contract]
#   reads:
#     tenant: [slo_availability]
#     ready_binding: [tenant, slo_override]
#     enabled_contract: [tenant, availability]
#   unknown: rule
#   message: "{subject} promises {promised} % availability, its tenant promises {tenant_promises} %"
#   remediation: >-
#     Raise the availability of the binding, or lower the promise in tenant.yml.
package policies.tenants.slo_override_weaker

promised := {id: tenant.slo_availability |
	some id, tenant in input.facts.tenant
	is_number(tenant.slo_availability)
}

findings contains {
	"subject": sprintf("ready_binding:%s", [id]),
	"at": "/slo_override",
	"promised": sprintf("%v", [binding.slo_override]),
	"tenant_promises": sprintf("%v", [promised[binding.tenant]]),
} if {
	some id, binding in input.facts.ready_binding
	is_number(binding.slo_override)
	binding.slo_override < promised[binding.tenant]
}

findings contains {
	"subject": sprintf("enabled_contract:%s", [id]),
	"at": "/availability",
	"promised": sprintf("%v", [contract.availability]),
	"tenant_promises": sprintf("%v", [promised[contract.tenant]]),
} if {
	some id, contract in input.facts.enabled_contract
	is_number(contract.availability)
	contract.availability < promised[contract.tenant]
}
