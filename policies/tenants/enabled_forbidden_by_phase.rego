# METADATA
# scope: package
# title: Nothing is enabled before executors exist
# description: >-
#   In the first part of the tenant phase contracts are only designed; an enabled.yml would promise
#   what nothing can do yet.
# custom:
#   severity: high
#   scope: static
#   subject: enabled_contract
#   needs: [tenant]
#   uses: [enabled_contract]
#   unknown: subject
#   message: "{subject} is enabled, which this phase forbids"
#   remediation: >-
#     Remove the enabled.yml, or leave this rule out once part 2 is accepted.
package policies.tenants.enabled_forbidden_by_phase

findings contains {"subject": id, "at": "", "consumer_folder": contract.consumer_folder} if {
	some id, contract in input.facts.enabled_contract
}
