# METADATA
# scope: package
# title: The tenants' execute policy names tenants that exist
# description: >-
#   A name that matches no tenant is a typing error, or a tenant that was removed and may come
#   back.
# custom:
#   severity: medium
#   scope: static
#   subject: execute_policy
#   needs: [execute_policy, tenant]
#   unknown: rule
#   message: "{subject} allows tenant {tenant}, which does not exist"
#   remediation: >-
#     Correct the name in allowed_tenants, or remove it.
package policies.tenants.execute_policy_tenants_known

known := {name |
	some tenant in input.facts.tenant
	some name in [tenant.folder, object.get(tenant, "id", tenant.folder)]
}

findings contains {"subject": id, "at": sprintf("/allowed_tenants/%d", [index]), "tenant": name} if {
	some id, policy in input.facts.execute_policy
	is_array(policy.allowed_tenants)
	some index, name in policy.allowed_tenants
	is_string(name)
	not contains(name, "*")
	not name in known
}
