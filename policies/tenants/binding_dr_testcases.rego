# METADATA
# scope: package
# title: A ready binding names DR testcases, and the registry knows each of them
# description: >-
#   A binding's testcases are what the DR harness runs for it. Without any, or with one that nobody
#   defines, its recovery is never tried.
# custom:
#   severity: high
#   scope: static
#   subject: ready_binding
#   needs: [ready_binding, dr_testcase]
#   unknown: rule
#   message: "{subject} {problem}"
#   remediation: >-
#     List in spec.dr_testcases of ready.yml at least one id from ops/tenants/dr/testcases.yml, and
#     only such ids.
package policies.tenants.binding_dr_testcases

known := {testcase.id | some testcase in input.facts.dr_testcase; testcase.registry == "tenants"}

findings contains {
	"subject": id,
	"at": "/dr_testcases",
	"problem": "names no DR testcase at all",
} if {
	some id, binding in input.facts.ready_binding
	binding.dr_testcases == []
}

findings contains {
	"subject": id,
	"at": sprintf("/dr_testcases/%d", [index]),
	"problem": sprintf("names the DR testcase %s, which the registry does not define", [testcase]),
} if {
	some id, binding in input.facts.ready_binding
	is_array(binding.dr_testcases)
	some index, testcase in binding.dr_testcases
	is_string(testcase)
	not testcase in known
}
