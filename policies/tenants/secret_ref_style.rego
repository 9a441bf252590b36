# METADATA
# scope: package
# title: A tenant writes its secret references one way
# description: >-
#   Two spellings of one path are two secrets to every tool that does not know both.
# custom:
#   severity: low
#   scope: static
#   subject: tenant
#   needs: [tenant]
#   uses: [tenant_endpoint, enabled_contract, ready_binding]
#   reads:
#     tenant: []
#   unknown: rule
#   message: "{subject} mixes secrets/tenants/ and tenants/ in its secret references"
#   remediation: >-
#     Write every secret_ref of the tenant with the same prefix.
package policies.tenants.secret_ref_style

holders[sprintf("tenant_endpoint:%s", [id])] := holder if some id, holder in input.facts.tenant_endpoint

holders[sprintf("enabled_contract:%s", [id])] := holder if some id, holder in input.facts.enabled_contract

holders[sprintf("ready_binding:%s", [id])] := holder if some id, holder in input.facts.ready_binding

style(reference) := "long" if {
	is_string(reference)
	startswith(reference, "secrets/tenants/")
}

style(reference) := "short" if {
	is_string(reference)
	startswith(reference, "tenants/")
}

# Sorted, so that where a tenant changes its style the two references are neighbours.
rows := sort([[holder.tenant, style(holder.secret_ref), subject] | some subject, holder in holders])

findings contains {"subject": row[0], "fact": row[2], "at": "/secret_ref"} if {
	some index, row in rows
	previous := rows[index - 1]
	previous[0] == row[0]
	previous[1] != row[1]
}
