# Rules that look at every value of a document.
package walks

found contains path if {
	walk(input, [path, value])
	is_object(value)
	value.secret == true
}

found contains path if {
	some path, value
	walk(input, [path, value])
	value == "password"
}

found contains name if {
	walk(input, [_, value])
	name := value.name
	not value.owner
}
