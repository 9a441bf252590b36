# METADATA
# scope: package
# title: Every endpoint requires TLS
# description: >-
#   Without TLS the credentials of a tenant cross the network in clear text.
# custom:
#   severity: critical
#   scope: static
#   subject: tenant_endpoint
#   needs: [tenant]
#   uses: [tenant_endpoint, enabled_contract]
#   unknown: subject
#   message: "{subject} does not state tls_required: true"
#   remediation: >-
#     State tls_required: true, and have the service offer TLS.
#   aliases: [bindings/enabled-endpoint-tls]
package policies.tenants.endpoint_tls_required

places[sprintf("tenant_endpoint:%s", [id])] := {"at": "", "endpoint": endpoint} if {
	some id, endpoint in input.facts.tenant_endpoint
}

# A nested contract has no endpoint of its own: it names one of the tenant's, which is judged.
places[sprintf("enabled_contract:%s", [id])] := {"at": "/endpoint", "endpoint": endpoint} if {
	some id, contract in input.facts.enabled_contract
	contract.shape == "flat"
	endpoint := object.get(contract, "endpoint", {})
}

findings contains {"subject": subject, "at": sprintf("%s/tls_required", [place.at])} if {
	some subject, place in places
	not place.endpoint.tls_required == true
}
