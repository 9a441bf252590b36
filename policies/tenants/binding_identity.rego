# METADATA
# scope: package
# title: A binding names the consumer and the tenant whose folder it lies in
# description: >-
#   A copied file that still names another tenant or consumer binds the wrong one.
# custom:
#   severity: high
#   scope: static
#   subject: ready_binding
#   needs: [tenant]
#   uses: [ready_binding, enabled_contract]
#   reads:
#     tenant: []
#     ready_binding: [folder, consumer_folder, consumer, metadata_consumer, tenant_id]
#     enabled_contract: [folder, consumer_folder, consumer, metadata_consumer, tenant_id]
#   unknown: subject
#   message: "{subject} states {key} {stated}, its folder says {folder}"
#   remediation: >-
#     Correct the value, or move the file to the folder it names.
package policies.tenants.binding_identity

bindings[sprintf("ready_binding:%s", [id])] := binding if some id, binding in input.facts.ready_binding

bindings[sprintf("enabled_contract:%s", [id])] := binding if some id, binding in input.facts.enabled_contract

expected(binding) := {
	"consumer": binding.consumer_folder,
	"metadata_consumer": binding.consumer_folder,
	"tenant_id": binding.folder,
}

findings contains {
	"subject": subject,
	"at": sprintf("/%s", [key]),
	"key": key,
	"stated": binding[key],
	"folder": folder,
} if {
	some subject, binding in bindings
	some key, folder in expected(binding)
	is_string(binding[key])
	binding[key] != folder
}
