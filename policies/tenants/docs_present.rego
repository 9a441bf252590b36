# METADATA
# scope: package
# title: The pages that tenants read exist
# description: >-
#   A tenant that cannot read how quotas, isolation and credentials work asks a person, or guesses.
# custom:
#   severity: low
#   scope: static
#   subject: doc
#   needs: [doc]
#   reads:
#     doc: [path]
#   unknown: subject
#   absent: fail
#   requires: fabric
#   params:
#     pages:
#       schema: {type: array, items: {type: string}}
#       default: [README, onboarding, isolation-model, policies-and-quotas, credentials-and-endpoints, consumer-bindings]
#   message: "{subject} does not exist"
#   remediation: >-
#     Write the page.
package policies.tenants.docs_present

findings contains {"subject": sprintf("doc:%s", [path]), "path": path} if {
	some page in input.params.pages
	path := sprintf("docs/tenants/%s.md", [page])
	not input.facts.doc[path]
}
