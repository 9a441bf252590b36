# METADATA
# scope: package
# title: Containers get their SSH keys from var.ssh_public_keys, and no password
# description: >-
#   A container with a password, or with keys written into the code, can be entered by people who
#   left.
# custom:
#   severity: critical
#   scope: plan
#   subject: tf_resource
#   needs: [tf_resource]
#   reads:
#     tf_resource: [type, references]
#   unknown: subject
#   where: {tf_resource: {type: proxmox_lxc}}
#   message: "{subject}: {problem}"
#   remediation: >-
#     Set ssh_public_keys from var.ssh_public_keys, and remove password.
package policies.terraform.ssh_keys_injected

findings contains {"subject": id, "at": "/attrs/ssh_public_keys", "problem": "ssh_public_keys does not come from var.ssh_public_keys"} if {
	some id, resource in input.facts.tf_resource
	not injected(resource)
}

findings contains {"subject": id, "at": "/attrs/password", "problem": "password is set"} if {
	some id, resource in input.facts.tf_resource
	resource.references.password
}

injected(resource) if {
	some reference in resource.references.ssh_public_keys
	regex.match(`^var[.]ssh_public_keys($|[.\[])`, reference)
}
