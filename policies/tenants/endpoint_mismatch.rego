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
#   edges: [uses]
#   unknown: subject
#   message: "{subject} differs from every {consumer} endpoint of the tenant: {differences}"
#   remediation: >-
#     Make host, port, protocol and tls_required of enabled.yml and of an endpoint in
#     endpoints.yml equal.
package policies.tenants.endpoint_mismatch

keys := ["host", "port", "protocol", "tls_required"]

# The relation leads from a contract to the endpoints of its consumer, or to the one it names.
targets(id) := object.get(input.edges.uses, sprintf("enabled_contract:%s", [id]), [])

candidates(id) := [endpoint |
	some target in targets(id)
	endpoint := input.facts.tenant_endpoint[trim_prefix(target, "tenant_endpoint:")]
]

differing(contract, endpoint) := [key |
	some key in keys
	object.get(contract.endpoint, key, null) != object.get(endpoint, key, null)
]

findings contains {
	"subject": id,
	"at": sprintf("/endpoint%s", [pointed(differences)]),
	"consumer": contract.consumer,
	"differences": sort({sprintf("%s of %s", [concat(", ", row.keys), row.name]) | some row in differences}),
} if {
	some id, contract in input.facts.enabled_contract
	is_object(contract.endpoint)
	differences := [{"keys": differing(contract, endpoint), "name": object.get(endpoint, "name", "?")} |
		some endpoint in candidates(id)
	]
	count(differences) > 0

	# A candidate that is withheld may be the one that agrees.
	count(differences) == count(targets(id))
	every row in differences { count(row.keys) > 0 }
}

# With one candidate the first value that differs is the place to look at.
pointed(differences) := sprintf("/%s", [differences[0].keys[0]]) if {
	count(differences) == 1
} else := ""
