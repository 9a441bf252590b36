# METADATA
# scope: package
# title: A tenant's files name the tenant whose directory they lie in
# description: >-
#   A tenant_id that differs from the directory is the mark of a file copied from another tenant:
#   its policies, quotas, endpoints or networks were written for somebody else.
# custom:
#   severity: high
#   scope: static
#   subject: tenant_policy
#   needs: [tenant_policy]
#   uses: [tenant_quota, tenant_endpoints, tenant_network]
#   unknown: subject
#   message: "{subject} names the tenant {tenant_id}, but lies in the directory of {folder}"
#   remediation: >-
#     Review the whole file for another tenant's values, then set metadata.tenant_id to the name of
#     the directory.
package policies.tenants.metadata_tenant_id

findings contains {
	"subject": sprintf("%s:%s", [kind, id]),
	"at": "/tenant_id",
	"tenant_id": file.tenant_id,
	"folder": file.folder,
} if {
	some kind in ["tenant_policy", "tenant_quota", "tenant_endpoints", "tenant_network"]
	some id, file in input.facts[kind]
	is_string(file.tenant_id)
	file.tenant_id != file.folder
}
