# METADATA
# scope: package
# title: A strongly isolated tenant has no cross-tenant access
# description: >-
#   Isolation strong or hard is a promise to the tenant; cross-tenant access breaks it.
# custom:
#   severity: high
#   scope: static
#   subject: tenant_network
#   needs: [tenant_network, tenant]
#   unknown: rule
#   message: "{subject} allows cross-tenant access, its tenant is isolated: {isolation}"
#   remediation: >-
#     Set cross_tenant_access: false in networks.yml, or lower the isolation level with the
#     tenant's consent.
package policies.tenants.isolation_cross_access

findings contains {"subject": id, "at": "/cross_tenant_access", "isolation": isolation} if {
	some id, network in input.facts.tenant_network
	isolation := input.facts.tenant[network.tenant].isolation
	isolation in {"strong", "hard"}
	not network.cross_tenant_access == false
}
