# METADATA
# scope: package
# title: A tenant binds only variants that its policy allows
# description: >-
#   A cluster costs several times what a single instance does; policies.yml says which a tenant may
#   have.
# custom:
#   severity: high
#   scope: static
#   subject: ready_binding
#   needs: [tenant_policy]
#   uses: [ready_binding, enabled_contract]
#   reads:
#     tenant_policy: [tenant, allowed_variants]
#     ready_binding: [tenant, consumer, variant]
#     enabled_contract: [tenant, consumer, variant]
#   unknown: rule
#   message: "{subject} binds variant {bound} of {consumer}, policies.yml allows {allowed}"
#   remediation: >-
#     Choose an allowed variant, or have it added to spec.allowed_variants of policies.yml.
package policies.tenants.binding_variant_allowed

variants := {policy.tenant: policy.allowed_variants |
	some policy in input.facts.tenant_policy
	is_object(policy.allowed_variants)
}

bindings[sprintf("ready_binding:%s", [id])] := binding if some id, binding in input.facts.ready_binding

bindings[sprintf("enabled_contract:%s", [id])] := binding if some id, binding in input.facts.enabled_contract

# A consumer that is not allowed at all is reported by tenants/binding-consumer-allowed.
findings contains {
	"subject": subject,
	"at": "/variant",
	"bound": binding.variant,
	"consumer": binding.consumer,
	"allowed": sort(allowed),
} if {
	some subject, binding in bindings
	is_string(binding.variant)
	allowed := variants[binding.tenant][binding.consumer]
	is_array(allowed)
	not binding.variant in allowed
}
