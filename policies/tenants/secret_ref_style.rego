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
#   uses: [tenant_endpoint, enabled_contract]
#   reads:
#     tenant: []
#     tenant_endpoint: [tenant, secret_ref]
#     enabled_contract: [tenant, secret_ref]
#   unknown: rule
#   message: "{subject} mixes secrets/tenants/ and tenants/ in its secret references"
#   remediation: >-
#     Write every secret_ref of the tenant with the same prefix.
package policies.tenants.secret_ref_style

styles[holder.tenant] contains style(holder.secret_ref) if some holder in input.facts.tenant_endpoint

styles[holder.tenant] contains style(holder.secret_ref) if some holder in input.facts.enabled_contract

style(reference) := "long" if {
	is_string(reference)
	startswith(reference, "secrets/tenants/")
}

style(reference) := "short" if {
	is_string(reference)
	startswith(reference, "tenants/")
}

findings contains {"subject": id, "fact": fact, "at": "/secret_ref"} if {
	some id, _ in input.facts.tenant
	count(styles[id]) > 1
	fact := first[id]
}

# The contract's reference is the one that executors resolve, so that is where to look.
first[tenant] := min(contracts[tenant]) if some tenant, _ in contracts

contracts[contract.tenant] contains sprintf("enabled_contract:%s", [id]) if {
	some id, contract in input.facts.enabled_contract
}

first[tenant] := min(endpoints[tenant]) if {
	some tenant, _ in endpoints
	not contracts[tenant]
}

endpoints[endpoint.tenant] contains sprintf("tenant_endpoint:%s", [id]) if {
	some id, endpoint in input.facts.tenant_endpoint
}
