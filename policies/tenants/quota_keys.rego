# METADATA
# scope: package
# title: A tenant has a quota for exactly the consumers it may use
# description: >-
#   An allowed consumer without a quota cannot be used; a quota for a consumer that is not allowed
#   reserves capacity nobody may take. Either way policies.yml or quotas.yml was forgotten.
# custom:
#   severity: medium
#   scope: static
#   subject: tenant_quota
#   needs: [tenant_quota, tenant_policy]
#   unknown: subject
#   message: "{subject} {problem}"
#   remediation: >-
#     Make the keys of spec in quotas.yml equal to spec.allowed_consumers in policies.yml; a quota
#     may be 0.
package policies.tenants.quota_keys

allowed := {policy.tenant: policy.allowed_consumers |
	some policy in input.facts.tenant_policy
	is_array(policy.allowed_consumers)
}

files := {quota.tenant: id | some id, quota in input.facts.tenant_quota; quota.scope == "file"}

findings contains {
	"subject": file,
	"fact": sprintf("tenant_quota:%s", [id]),
	"problem": sprintf("has a quota for %s, which policies.yml does not allow", [cell.consumer]),
} if {
	some id, cell in input.facts.tenant_quota
	cell.scope == "cell"
	file := files[cell.tenant]
	consumers := allowed[cell.tenant]
	not cell.consumer in consumers
}

findings contains {
	"subject": id,
	"problem": sprintf("has no quota for %s, which policies.yml allows", [consumer]),
} if {
	some id, quota in input.facts.tenant_quota
	quota.scope == "file"
	is_array(quota.consumers)
	some consumer in allowed[quota.tenant]
	is_string(consumer)
	not consumer in quota.consumers
}
