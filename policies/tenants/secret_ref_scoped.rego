# METADATA
# scope: package
# title: A tenant refers only to its own secrets
# description: >-
#   A reference to the secret of another tenant, once resolved, hands over that tenant's data.
# custom:
#   severity: critical
#   scope: static
#   subject: tenant_endpoint
#   needs: [tenant]
#   uses: [tenant_endpoint, enabled_contract, ready_binding]
#   unknown: subject
#   message: "{subject} refers to a secret outside tenants/{tenant}/"
#   remediation: >-
#     Refer to secrets/tenants/<this tenant>/<lower-case path>.
package policies.tenants.secret_ref_scoped

holders[sprintf("tenant_endpoint:%s", [id])] := holder if some id, holder in input.facts.tenant_endpoint

holders[sprintf("enabled_contract:%s", [id])] := holder if some id, holder in input.facts.enabled_contract

holders[sprintf("ready_binding:%s", [id])] := holder if some id, holder in input.facts.ready_binding

findings contains {"subject": subject, "at": "/secret_ref", "tenant": holder.folder} if {
	some subject, holder in holders
	is_string(holder.secret_ref)
	trim_space(holder.secret_ref) != ""
	not scoped(holder)
}

scoped(holder) if {
	segments := split(trim_prefix(holder.secret_ref, "secrets/"), "/")
	count(segments) >= 3
	segments[0] == "tenants"
	segments[1] == holder.folder
	every segment in array.slice(segments, 2, count(segments)) {
		regex.match(`^[a-z0-9][a-z0-9._-]*$`, segment)
	}
}
