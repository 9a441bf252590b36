# METADATA
# scope: package
# title: A tenant requires DR testcases, and the registry knows each of them
# description: >-
#   A tenant that requires no testcase is never tested for disaster, and one whose testcase nobody
#   defines only looks as if it were.
# custom:
#   severity: high
#   scope: static
#   subject: tenant
#   needs: [tenant, dr_testcase]
#   unknown: rule
#   message: "{subject} {problem}"
#   remediation: >-
#     List in spec.dr.required_testcases of tenant.yml at least one id from
#     ops/tenants/dr/testcases.yml, and only such ids.
package policies.tenants.dr_testcases_known

known := {testcase.id | some testcase in input.facts.dr_testcase; testcase.registry == "tenants"}

findings contains {
	"subject": id,
	"at": "/required_testcases",
	"problem": "requires no DR testcase at all",
} if {
	some id, tenant in input.facts.tenant
	tenant.required_testcases == []
}

findings contains {
	"subject": id,
	"at": sprintf("/required_testcases/%d", [index]),
	"problem": sprintf("requires the DR testcase %s, which the registry does not define", [testcase]),
} if {
	some id, tenant in input.facts.tenant
	is_array(tenant.required_testcases)
	some index, testcase in tenant.required_testcases
	is_string(testcase)
	not testcase in known
}
