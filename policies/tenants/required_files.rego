# METADATA
# scope: package
# title: A tenant directory holds all its contract files
# description: >-
#   Every check of a tenant reads these files. Where one is missing, the checks that need it have
#   nothing to look at, and the tenant must not count as checked.
# custom:
#   severity: high
#   scope: static
#   subject: tenant
#   needs: [tenant]
#   unknown: subject
#   absent: fail
#   message: "{subject} has no {file}"
#   remediation: >-
#     Add the missing file to the tenant's directory, starting from the one of the same name below
#     contracts/tenants/_templates/.
package policies.tenants.required_files

findings contains absent(id, tenant, file) if {
	some id, tenant in input.facts.tenant
	files := object.get(tenant, "files", [])
	some file in ["tenant.yml", "policies.yml", "quotas.yml", "endpoints.yml", "networks.yml"]
	not file in files
}

findings contains absent(id, tenant, "consumers/<consumer>/ready.yml") if {
	some id, tenant in input.facts.tenant
	not has_ready_binding(tenant)
}

has_ready_binding(tenant) if {
	some file in tenant.files
	regex.match(`^consumers/[^/]+/ready[.]yml$`, file)
}

absent(id, tenant, file) := {
	"subject": id,
	"path": sprintf("%s/%s", [tenant.directory, file]),
	"file": file,
}
