# METADATA
# scope: package
# title: Endpoint names are unique within a tenant
# description: >-
#   A name is how bindings and credentials refer to an endpoint; with two of one name, which is
#   meant depends on the reader.
# custom:
#   severity: medium
#   scope: static
#   subject: tenant_endpoint
#   needs: [tenant_endpoint]
#   unknown: rule
#   message: "{subject} is declared more than once"
#   remediation: >-
#     Rename the repeated endpoint in endpoints.yml.
package policies.tenants.endpoint_unique

rows := sort([[endpoint.directory, endpoint.name, id] |
	some id, endpoint in input.facts.tenant_endpoint
	is_string(endpoint.name)
])

findings contains {
	# A repeat has the id of the first endpoint of its name, followed by ~2, ~3 and so on.
	"subject": regex.replace(row[2], `~[0-9]+$`, ""),
	"fact": sprintf("tenant_endpoint:%s", [row[2]]),
	"at": "/name",
} if {
	some index, row in rows
	array.slice(rows[index - 1], 0, 2) == array.slice(row, 0, 2)
}
