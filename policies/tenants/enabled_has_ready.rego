# METADATA
# scope: package
# title: An enabled contract has a ready binding of the same variant beside it
# description: >-
#   A consumer is made ready first and enabled afterwards. An enabled contract without its ready
#   binding, or of another variant, skipped that step, or one of the two was changed alone.
# custom:
#   severity: medium
#   scope: static
#   subject: enabled_contract
#   needs: [enabled_contract, tenant]
#   uses: [ready_binding]
#   unknown: subject
#   message: "{subject} {problem}"
#   remediation: >-
#     Put a ready.yml of the same variant beside the enabled.yml, or remove the enabled.yml until
#     the consumer is ready.
package policies.tenants.enabled_has_ready

# The file counts, not the fact: a ready.yml that could not be read is there all the same.
findings contains {
	"subject": id,
	"path": sprintf("%s/%s", [contract.directory, ready]),
	"problem": "has no ready.yml beside it",
} if {
	some id, contract in input.facts.enabled_contract
	ready := sprintf("consumers/%s/ready.yml", [contract.consumer_folder])
	files := input.facts.tenant[contract.tenant].files
	not ready in files
}

variants := {[binding.tenant, binding.consumer_folder]: binding.variant |
	some binding in input.facts.ready_binding
	is_string(binding.variant)
}

findings contains {
	"subject": id,
	"at": "/variant",
	"problem": sprintf("has the variant %s, its ready binding %s", [contract.variant, variant]),
} if {
	some id, contract in input.facts.enabled_contract
	is_string(contract.variant)
	variant := variants[[contract.tenant, contract.consumer_folder]]
	contract.variant != variant
}
