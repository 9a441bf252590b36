# METADATA
# scope: package
# title: Containers are made from a versioned template
# description: >-
#   A template named latest, in whatever case, or without a version, is another one next month; the container cannot
#   be made again as it was.
# custom:
#   severity: critical
#   scope: plan
#   subject: tf_resource
#   needs: [tf_resource]
#   unknown: subject
#   where: {tf_resource: {type: proxmox_lxc}}
#   message: "{subject} is made from {template}"
#   remediation: >-
#     Name a template <storage>:vztmpl/<image>-v<N>.tar.gz with N of 1 or more.
package policies.terraform.template_versioned

findings contains {"subject": id, "at": "/attrs/ostemplate", "template": object.get(resource.attrs, "ostemplate", null)} if {
	some id, resource in input.facts.tf_resource
	not versioned(resource)
}

versioned(resource) if {
	is_string(resource.attrs.ostemplate)
	regex.match(`^[^:/]+:vztmpl/.+-v[1-9][0-9]*[.]tar[.]gz$`, resource.attrs.ostemplate)
	not contains(lower(resource.attrs.ostemplate), "latest")
}
