# METADATA
# scope: package
# title: A tenant's id is the name of its directory
# description: >-
#   Tools find a tenant by directory, people by id. When the two differ, a change meant for one
#   tenant lands on another; usually a directory was copied and the id was not edited.
# custom:
#   severity: high
#   scope: static
#   subject: tenant
#   needs: [tenant]
#   unknown: subject
#   message: "{subject} has the id {id}, but its directory is named {folder}"
#   remediation: Set metadata.id in tenant.yml to the directory's name, or rename the directory.
package policies.tenants.id_matches_folder

findings contains {"subject": subject, "at": "/id", "id": tenant.id, "folder": tenant.folder} if {
	some subject, tenant in input.facts.tenant
	is_string(tenant.id)
	tenant.id != tenant.folder
}
