# METADATA
# scope: package
# title: A tenant has a network segment of its own
# description: >-
#   A tenant without a segment shares whatever network it lands on.
# custom:
#   severity: medium
#   scope: static
#   subject: tenant_network
#   needs: [tenant_network]
#   unknown: subject
#   message: "{subject} names no segment"
#   remediation: >-
#     Name at least one segment in spec.segments of networks.yml.
package policies.tenants.network_segments

findings contains {"subject": id, "at": "/segments"} if {
	some id, network in input.facts.tenant_network
	not has_segment(network)
}

has_segment(network) if {
	is_array(network.segments)
	some segment in network.segments
	is_string(segment)
	segment != ""
}
