# METADATA
# scope: package
# title: The ready bindings of a tenant cover the DR testcases it requires
# description: >-
#   A required testcase that no binding runs is never run for this tenant.
# custom:
#   severity: medium
#   scope: static
#   subject: tenant
#   needs: [tenant]
#   uses: [ready_binding]
#   reads:
#     tenant: [required_testcases]
#     ready_binding: [tenant, dr_testcases]
#   unknown: rule
#   message: "{subject} requires the DR testcase {testcase}, which none of its ready bindings names"
#   remediation: >-
#     Add the testcase to spec.dr_testcases of a ready.yml of this tenant.
package policies.tenants.dr_coverage

covered contains [binding.tenant, testcase] if {
	some binding in input.facts.ready_binding
	some testcase in binding.dr_testcases
}

findings contains {"subject": id, "at": sprintf("/required_testcases/%d", [index]), "testcase": testcase} if {
	some id, tenant in input.facts.tenant
	is_array(tenant.required_testcases)
	some index, testcase in tenant.required_testcases
	is_string(testcase)
	not covered[[id, testcase]]
}
