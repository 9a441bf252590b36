# METADATA
# scope: package
# title: A tenant binds only to variants its policies allow
# description: >-
#   A cluster costs several times a single instance, and a single instance has no failover. Which of
#   them a tenant may use of a consumer is decided in its policies.yml.
# custom:
#   severity: high
#   scope: static
#   subject: ready_binding
#   needs: [ready_binding, tenant_policy]
#   uses: [enabled_contract]
#   unknown: subject
#   message: "{subject} has the variant {wanted}; policies.yml allows {allowed} of {consumer}"
#   remediation: >-
#     Change the binding's variant to an allowed one, or have it added to spec.allowed_variants in
#     the tenant's policies.yml.
package policies.tenants.binding_variant_allowed

policies := {policy.tenant: policy | some policy in input.facts.tenant_policy}

# A consumer that is not allowed at all is the matter of tenants/binding-consumer-allowed.
findings contains {
	"subject": sprintf("%s:%s", [kind, id]),
	"at": "/variant",
	"consumer": binding.consumer,
	"wanted": binding.variant,
	"allowed": sort(variants),
} if {
	some kind in ["enabled_contract", "ready_binding"]
	some id, binding in input.facts[kind]
	is_string(binding.consumer)
	is_string(binding.variant)
	policy := policies[binding.tenant]
	binding.consumer in policy.allowed_consumers
	variants := allowed(policy, binding.consumer)
	not binding.variant in variants
}

allowed(policy, consumer) := {variant |
	is_array(policy.allowed_variants[consumer])
	some variant in policy.allowed_variants[consumer]
	is_string(variant)
}
