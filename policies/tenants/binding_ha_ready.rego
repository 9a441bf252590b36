# METADATA
# scope: package
# title: A binding states that it is ready for high availability
# description: >-
#   Consumers are moved between nodes without warning. A binding that does not say ha_ready: true
#   may not survive it, and must not be enabled.
# custom:
#   severity: high
#   scope: static
#   subject: ready_binding
#   needs: [ready_binding]
#   uses: [enabled_contract]
#   unknown: subject
#   message: "{subject} does not state ha_ready: true"
#   remediation: >-
#     Make the binding survive the loss of a node (reconnect, retry, no fixed addresses), then set
#     ha_ready to true.
package policies.tenants.binding_ha_ready

findings contains {"subject": sprintf("%s:%s", [kind, id]), "at": "/ha_ready"} if {
	some kind in ["enabled_contract", "ready_binding"]
	some id, binding in input.facts[kind]
	not binding.ha_ready == true
}
