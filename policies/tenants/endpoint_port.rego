# METADATA
# scope: package
# title: Endpoint ports lie between 1 and 65535
# description: >-
#   A port outside the range can never be reached, so the contract was not tried.
# custom:
#   severity: medium
#   scope: static
#   subject: tenant_endpoint
#   needs: [tenant]
#   uses: [tenant_endpoint, enabled_contract]
#   unknown: subject
#   message: "{subject} has port {port}"
#   remediation: >-
#     Correct the port; it is an integer from 1 to 65535.
package policies.tenants.endpoint_port

import data.policies.lib.net

places[sprintf("tenant_endpoint:%s", [id])] := {"at": "", "endpoint": endpoint} if {
	some id, endpoint in input.facts.tenant_endpoint
}

places[sprintf("enabled_contract:%s", [id])] := {"at": "/endpoint", "endpoint": contract.endpoint} if {
	some id, contract in input.facts.enabled_contract
	contract.shape == "flat"
}

findings contains {"subject": subject, "at": sprintf("%s/port", [place.at]), "port": place.endpoint.port} if {
	some subject, place in places
	is_number(place.endpoint.port)
	not net.valid_port(place.endpoint.port)
}
