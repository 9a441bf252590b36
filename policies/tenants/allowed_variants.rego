# METADATA
# scope: package
# title: A tenant's policies name the variants of exactly the consumers they allow
# description: >-
#   A consumer without variants is allowed in words only; variants of a consumer that is not allowed
#   wait for somebody to believe them. Only single and cluster exist.
# custom:
#   severity: high
#   scope: static
#   subject: tenant_policy
#   needs: [tenant_policy]
#   unknown: subject
#   message: "{subject} {problem}"
#   remediation: >-
#     Give each consumer in spec.allowed_consumers of policies.yml, and no other, a list in
#     spec.allowed_variants that holds single, cluster or both.
package policies.tenants.allowed_variants

policies[id] := policy if {
	some id, policy in input.facts.tenant_policy
	is_object(policy.allowed_variants)
}

findings contains {
	"subject": id,
	"at": at(consumer),
	"problem": sprintf("names variants of %s, which it does not allow", [consumer]),
} if {
	some id, policy in policies
	is_array(policy.allowed_consumers)
	some consumer, _ in policy.allowed_variants
	not consumer in policy.allowed_consumers
}

findings contains {
	"subject": id,
	"at": "/allowed_variants",
	"problem": sprintf("allows %s, but names no variants of it", [consumer]),
} if {
	some id, policy in policies
	is_array(policy.allowed_consumers)
	some consumer in policy.allowed_consumers
	is_string(consumer)
	object.get(policy.allowed_variants, consumer, null) == null
}

findings contains {
	"subject": id,
	"at": at(consumer),
	"problem": sprintf("has an empty list of variants of %s", [consumer]),
} if {
	some id, policy in policies
	some consumer, [] in policy.allowed_variants
}

findings contains {
	"subject": id,
	"at": sprintf("%s/%d", [at(consumer), index]),
	"problem": sprintf("allows the variant %s of %s, which does not exist", [variant, consumer]),
} if {
	some id, policy in policies
	some consumer, variants in policy.allowed_variants
	is_array(variants)
	some index, variant in variants
	is_string(variant)
	not variant in {"single", "cluster"}
}

at(consumer) := sprintf("/allowed_variants/%s", [replace(replace(consumer, "~", "~0"), "/", "~1")])
