# METADATA
# scope: package
# title: A tenant has endpoints only of consumers that its policy allows
# description: >-
#   An endpoint of a consumer that nobody approved is a way in that nobody looks at.
# custom:
#   severity: medium
#   scope: static
#   subject: tenant_endpoint
#   needs: [tenant_endpoint, tenant_policy]
#   unknown: rule
#   message: "{subject} belongs to {consumer}, which policies.yml does not allow"
#   remediation: >-
#     Remove the endpoint, or have the consumer added to spec.allowed_consumers of policies.yml.
package policies.tenants.endpoint_consumer_allowed

allowed := {policy.tenant: policy.allowed_consumers |
	some policy in input.facts.tenant_policy
	is_array(policy.allowed_consumers)
}

findings contains {"subject": id, "at": "/consumer", "consumer": endpoint.consumer} if {
	some id, endpoint in input.facts.tenant_endpoint
	is_string(endpoint.consumer)
	consumers := allowed[endpoint.tenant]
	not endpoint.consumer in consumers
}
