# METADATA
# scope: package
# title: A tenant binds only consumers that its policy allows
# description: >-
#   policies.yml is where consumers are granted. A binding beyond it takes what nobody approved.
# custom:
#   severity: high
#   scope: static
#   subject: ready_binding
#   needs: [tenant_policy]
#   uses: [ready_binding, enabled_contract]
#   reads:
#     tenant_policy: [tenant, allowed_consumers]
#     ready_binding: [tenant, consumer]
#     enabled_contract: [tenant, consumer]
#   unknown: rule
#   message: "{subject} binds {consumer}, which policies.yml does not allow"
#   remediation: >-
#     Remove the binding, or have the consumer added to spec.allowed_consumers of policies.yml.
package policies.tenants.binding_consumer_allowed

allowed := {policy.tenant: policy.allowed_consumers |
	some policy in input.facts.tenant_policy
	is_array(policy.allowed_consumers)
}

findings contains {"subject": sprintf("ready_binding:%s", [id]), "at": "/consumer", "consumer": binding.consumer} if {
	some id, binding in input.facts.ready_binding
	forbidden(binding)
}

findings contains {"subject": sprintf("enabled_contract:%s", [id]), "at": "/consumer", "consumer": contract.consumer} if {
	some id, contract in input.facts.enabled_contract
	forbidden(contract)
}

forbidden(binding) if {
	is_string(binding.consumer)
	consumers := allowed[binding.tenant]
	not binding.consumer in consumers
}
