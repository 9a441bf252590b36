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
#   unknown: handled
#   where: {tf_resource: {type: proxmox_lxc}}
#   message: "{subject}: {problem}"
#   remediation: >-
#     Set ssh_public_keys from var.ssh_public_keys, and remove password.
package policies.terraform.ssh_keys_injected

findings contains {"subject": id, "at": "/attrs/ssh_public_keys", "problem": problem} if {
	some id, _ in input.facts.tf_resource
	not injected(id)
	not obscure(id)
	problem := "ssh_public_keys does not come from var.ssh_public_keys"
}

findings contains {"subject": id, "at": "/attrs/ssh_public_keys", "problem": "ssh_public_keys is empty"} if {
	some id, resource in input.facts.tf_resource
	injected(id)
	resource.attrs.ssh_public_keys in {null, ""}
}

findings contains {"subject": id, "at": "/attrs/password", "problem": "password is set"} if {
	some id, resource in input.facts.tf_resource
	resource.references.password
}

unknowns contains {"subject": subject, "pointer": "/references", "why": resource.references["$unknown"]} if {
	some id, resource in input.facts.tf_resource
	subject := sprintf("tf_resource:%s", [id])
}

unknowns contains {"subject": subject, "pointer": "/references/ssh_public_keys", "why": why} if {
	some id, _ in input.facts.tf_resource
	local(id)
	not injected(id)
	subject := sprintf("tf_resource:%s", [id])
	why := "a plan does not show what a local is made of"
}

injected(id) if {
	some reference in input.facts.tf_resource[id].references.ssh_public_keys
	regex.match(`^var[.]ssh_public_keys($|[.\[])`, reference)
}

obscure(id) if input.facts.tf_resource[id].references["$unknown"]

obscure(id) if local(id)

local(id) if {
	some reference in input.facts.tf_resource[id].references.ssh_public_keys
	contains(sprintf(".%s", [reference]), ".local.")
}
