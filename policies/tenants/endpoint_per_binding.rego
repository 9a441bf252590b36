# METADATA
# scope: package
# title: Every bound consumer has an endpoint
# description: >-
#   A binding without an endpoint cannot be reached, and its credentials cannot be issued. Tenants
#   whose endpoints.yml cannot be read are not judged.
# custom:
#   severity: medium
#   scope: static
#   subject: ready_binding
#   needs: [tenant]
#   uses: [tenant_endpoints, tenant_endpoint, ready_binding, enabled_contract]
#   unknown: rule
#   message: "{subject} binds {consumer}, but the tenant has no endpoint of it"
#   remediation: >-
#     Add an endpoint of the consumer to endpoints.yml.
package policies.tenants.endpoint_per_binding

listed contains endpoints.tenant if some endpoints in input.facts.tenant_endpoints

endpoints_seen(tenant) if tenant in listed

# A tenant without endpoints.yml has no endpoint; one whose file is unreadable may have it.
endpoints_seen(_) if not "tenant_endpoint" in input.context.incomplete

present contains [endpoint.tenant, endpoint.consumer] if some endpoint in input.facts.tenant_endpoint

bindings[sprintf("ready_binding:%s", [id])] := binding if some id, binding in input.facts.ready_binding

bindings[sprintf("enabled_contract:%s", [id])] := binding if some id, binding in input.facts.enabled_contract

findings contains {"subject": subject, "at": "/consumer", "consumer": binding.consumer} if {
	some subject, binding in bindings
	is_string(binding.consumer)
	endpoints_seen(binding.tenant)
	not present[[binding.tenant, binding.consumer]]
}
