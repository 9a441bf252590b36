# METADATA
# scope: package
# title: A tenant's ready bindings cover the DR testcases it requires
# description: >-
#   A tenant requires testcases, its bindings run them. One that no ready binding names is
#   required on paper and never run.
# custom:
#   severity: medium
#   scope: static
#   subject: tenant
#   needs: [tenant]
#   uses: [ready_binding]
#   unknown: rule
#   message: "{subject} requires the DR testcase {testcase}, which none of its ready bindings names"
#   remediation: >-
#     Add the testcase to spec.dr_testcases in a ready.yml of the tenant, or remove it from
#     spec.dr.required_testcases in tenant.yml.
package policies.tenants.dr_coverage

covered := {[binding.tenant, testcase] |
	some binding in input.facts.ready_binding
	is_array(binding.dr_testcases)
	some testcase in binding.dr_testcases
}

findings contains {
	"subject": id,
	"at": sprintf("/required_testcases/%d", [index]),
	"testcase": testcase,
} if {
	some id, tenant in input.facts.tenant
	is_array(tenant.required_testcases)
	some index, testcase in tenant.required_testcases
	is_string(testcase)
	required := [id, testcase]
	not required in covered
}
