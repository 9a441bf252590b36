# METADATA
# scope: package
# title: A binding names the consumer and the tenant of the directory it lies in
# description: >-
#   Executors find a binding by its directory and act on the names inside. Where they differ, the
#   binding was copied, and it acts for another consumer or another tenant.
# custom:
#   severity: high
#   scope: static
#   subject: ready_binding
#   needs: [ready_binding]
#   uses: [enabled_contract]
#   unknown: subject
#   message: "{subject} has the {attribute} {value}, but lies in the directory {directory}"
#   remediation: >-
#     Review the whole file for another binding's values, then set its consumer names to the name of
#     the consumer's directory and metadata.tenant_id to the name of the tenant's.
package policies.tenants.binding_identity

directories := {
	"consumer": "consumer_folder",
	"metadata_consumer": "consumer_folder",
	"tenant_id": "folder",
}

findings contains {
	"subject": sprintf("%s:%s", [kind, id]),
	"at": sprintf("/%s", [attribute]),
	"attribute": attribute,
	"value": value,
	"directory": binding[directory],
} if {
	some kind in ["enabled_contract", "ready_binding"]
	some id, binding in input.facts[kind]
	some attribute, directory in directories
	value := binding[attribute]
	is_string(value)
	value != binding[directory]
}
