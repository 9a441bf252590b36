# Joins that are quadratic when taken as they are written.
package joins

self contains [a.address, b.address] if {
	some a in input.resources
	some b in input.resources
	a.ip == b.ip
	a.address < b.address
}

three contains [v.name, n.name, z.name] if {
	some v in input.vms
	some n in input.networks
	v.network == n.id
	some z in input.zones
	n.zone == z.id
}

owners[r.ip] contains r.address if some r in input.resources

duplicate contains ip if {
	some ip, addresses in owners
	count(addresses) > 1
}
