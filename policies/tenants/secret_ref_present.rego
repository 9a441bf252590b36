# METADATA
# scope: package
# title: Every endpoint and enabled contract names its secret
# description: >-
#   Without a secret_ref somebody will put the secret itself where it is needed.
# custom:
#   severity: high
#   scope: static
#   subject: tenant_endpoint
#   needs: [tenant]
#   uses: [tenant_endpoint, enabled_contract]
#   unknown: subject
#   message: "{subject} names no secret_ref"
#   remediation: >-
#     Add secret_ref: secrets/tenants/<tenant>/<name>.
package policies.tenants.secret_ref_present

holders[sprintf("tenant_endpoint:%s", [id])] := holder if some id, holder in input.facts.tenant_endpoint

holders[sprintf("enabled_contract:%s", [id])] := holder if some id, holder in input.facts.enabled_contract

findings contains {"subject": subject, "at": "/secret_ref"} if {
	some subject, holder in holders
	not named(holder)
}

named(holder) if {
	is_string(holder.secret_ref)
	trim_space(holder.secret_ref) != ""
}
