# METADATA
# scope: package
# title: A bound consumer is ready for high availability
# description: >-
#   ha_ready is the promise that a binding survives the loss of a node; without it the platform
#   cannot fail over.
# custom:
#   severity: high
#   scope: static
#   subject: ready_binding
#   needs: [tenant]
#   uses: [ready_binding, enabled_contract]
#   reads:
#     tenant: []
#     ready_binding: [ha_ready]
#     enabled_contract: [ha_ready, shape]
#   unknown: subject
#   message: "{subject} does not state ha_ready: true"
#   remediation: >-
#     Make the consumer ready for failover, then state ha_ready: true.
package policies.tenants.binding_ha_ready

findings contains {"subject": sprintf("ready_binding:%s", [id]), "at": "/ha_ready"} if {
	some id, binding in input.facts.ready_binding
	not binding.ha_ready == true
}

findings contains {"subject": sprintf("enabled_contract:%s", [id]), "at": "/ha_ready"} if {
	some id, contract in input.facts.enabled_contract
	contract.shape == "flat"
	not contract.ha_ready == true
}
