# METADATA
# scope: package
# title: An enabled contract acts on an endpoint that the tenant declares
# description: >-
#   The executor connects to what enabled.yml says; reviewers and clients look at endpoints.yml.
#   When they differ, one of them is wrong.
# custom:
#   severity: medium
#   scope: static
#   subject: enabled_contract
#   needs: [enabled_contract]
#   uses: [tenant_endpoint]
#   reads:
#     enabled_contract: [tenant, consumer, endpoint]
#     tenant_endpoint: [tenant, consumer, name, host, port, protocol, tls_required]
#   unknown: rule
#   message: "{subject} differs from every {consumer} endpoint of the tenant: {differences}"
#   remediation: >-
#     Make host, port, protocol and tls_required of enabled.yml and of an endpoint in
#     endpoints.yml equal.
package policies.tenants.endpoint_mismatch

keys := ["host", "port", "protocol", "tls_required"]

of_consumer[[endpoint.tenant, endpoint.consumer]] contains endpoint if {
	some endpoint in input.facts.tenant_endpoint
}

agrees(contract) if {
	some endpoint in of_consumer[[contract.tenant, contract.consumer]]
	differing(contract, endpoint) == []
}

differing(contract, endpoint) := [key |
	some key in keys
	object.get(contract.endpoint, key, null) != object.get(endpoint, key, null)
]

findings contains {
	"subject": id,
	"at": sprintf("/endpoint%s", [first]),
	"consumer": contract.consumer,
	"differences": differences,
} if {
	some id, contract in input.facts.enabled_contract
	is_object(contract.endpoint)
	endpoints := of_consumer[[contract.tenant, contract.consumer]]
	not agrees(contract)
	differences := sort({difference |
		some endpoint in endpoints
		difference := sprintf("%s of %v", [concat(", ", differing(contract, endpoint)), endpoint.name])
	})
	first := pointed(contract, endpoints)
}

# With one candidate the first value that differs is the place to look at.
pointed(contract, endpoints) := sprintf("/%s", [differences[0]]) if {
	count(endpoints) == 1
	some endpoint in endpoints
	differences := differing(contract, endpoint)
} else := ""
