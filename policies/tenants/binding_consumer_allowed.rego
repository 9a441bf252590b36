# METADATA
# scope: package
# title: A tenant binds only to consumers its policies allow
# description: >-
#   policies.yml is where a consumer is granted to a tenant. A binding to another one asks for, or
#   already uses, a service nobody granted.
# custom:
#   severity: high
#   scope: static
#   subject: ready_binding
#   needs: [ready_binding, tenant_policy]
#   uses: [enabled_contract]
#   unknown: subject
#   message: "{subject} binds to {consumer}; policies.yml allows {allowed}"
#   remediation: >-
#     Remove the binding, or have the consumer added to spec.allowed_consumers in the tenant's
#     policies.yml.
package policies.tenants.binding_consumer_allowed

allowed := {policy.tenant: names |
	some policy in input.facts.tenant_policy
	names := {name |
		is_array(policy.allowed_consumers)
		some name in policy.allowed_consumers
		is_string(name)
	}
}

findings contains {
	"subject": sprintf("%s:%s", [kind, id]),
	"at": "/consumer",
	"consumer": binding.consumer,
	"allowed": sort(names),
} if {
	some kind in ["enabled_contract", "ready_binding"]
	some id, binding in input.facts[kind]
	is_string(binding.consumer)
	names := allowed[binding.tenant]
	not binding.consumer in names
}
