# METADATA
# scope: package
# title: Ports
package policies.lib.net

# METADATA
# title: valid_port(n) is true of the integers 1 to 65535
valid_port(n) if {
	is_number(n)
	n >= 1
	n <= 65535
	n == floor(n)
}
