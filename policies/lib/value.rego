# METADATA
# scope: package
# title: Values that may be unknown
# description: >-
#   A value that could not be read is an object with the key $unknown or $redacted. Rules that
#   declare `unknown: handled` ask here before they compare.
package policies.lib.value

# METADATA
# title: known(x) is true where neither x nor anything in it is a marker
known(x) if not marked(x)

marked(x) if {
	walk(x, [_, node])
	is_object(node)
	some marker in ["$redacted", "$unknown"]
	_ = node[marker]
}
