# METADATA
# scope: package
# title: No two tenants share a network segment
# description: >-
#   On a shared segment one tenant sees the traffic of the other.
# custom:
#   severity: high
#   scope: static
#   subject: tenant_network
#   needs: [tenant_network]
#   unknown: rule
#   message: "{subject} uses segment {segment}, which belongs to tenant {owner}"
#   remediation: >-
#     Give the tenant a segment name of its own.
package policies.tenants.network_segment_shared

rows := sort([[segment, id, index] |
	some id, network in input.facts.tenant_network
	is_array(network.segments)
	some index, segment in network.segments
	is_string(segment)
])

# Whoever comes first bytewise keeps the name; a tenant that repeats its own is no conflict.
owners := {row[0]: row[1] |
	some index, row in rows
	not follows(index)
}

follows(index) if rows[index - 1][0] == rows[index][0]

findings contains {"subject": id, "at": sprintf("/segments/%d", [index]), "segment": segment, "owner": owner} if {
	some [segment, id, index] in rows
	owner := owners[segment]
	owner != id
}
