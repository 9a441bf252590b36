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
#   reads:
#     tenant: [directory, files]
#   unknown: subject
#   absent: fail
#   message: "{subject} has no {file}"
#   remediation: Add the missing file to the tenant's directory, starting from the file of the same name below contracts/tenants/_templates/.
package policies.tenants.required_files

findings contains {"subject": id, "path": sprintf("%s/%s", [tenant.directory, file]), "file": file} if {
	some id, tenant in input.facts.tenant
	some file in ["tenant.yml", "policies.yml", "quotas.yml", "endpoints.yml", "networks.yml"]
	not file in tenant.files
}

findings contains {"subject": id, "path": sprintf("%s/%s", [tenant.directory, file]), "file": file} if {
	file := "consumers/<consumer>/ready.yml"
	some id, tenant in input.facts.tenant
	not has_ready_binding(tenant.files)
}

has_ready_binding(files) if {
	some file in files
	regex.match(`^consumers/[^/]+/ready[.]yml$`, file)
}
