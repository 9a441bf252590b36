# METADATA
# scope: package
# title: Every enabled contract has a ready binding of the same variant beside it
# description: >-
#   ready.yml is what was reviewed; an enabled.yml without it, or of another variant, was not.
# custom:
#   severity: medium
#   scope: static
#   subject: enabled_contract
#   needs: [enabled_contract]
#   uses: [ready_binding]
#   reads:
#     enabled_contract: [directory, consumer_folder, variant]
#     ready_binding: [directory, consumer_folder, variant]
#   unknown: rule
#   message: "{subject} {problem}"
#   remediation: >-
#     Add a ready.yml beside the enabled.yml, with the same variant.
package policies.tenants.enabled_has_ready

findings contains {"subject": id, "at": "/variant", "problem": "has no ready.yml beside it"} if {
	some id, contract in input.facts.enabled_contract
	not ready[[contract.directory, contract.consumer_folder]]
}

findings contains {
	"subject": id,
	"at": "/variant",
	"problem": sprintf("has variant %s, the ready.yml beside it has %s", [contract.variant, variant]),
} if {
	some id, contract in input.facts.enabled_contract
	variant := ready[[contract.directory, contract.consumer_folder]].variant
	is_string(contract.variant)
	is_string(variant)
	contract.variant != variant
}

ready := {[binding.directory, binding.consumer_folder]: binding |
	some binding in input.facts.ready_binding
}
