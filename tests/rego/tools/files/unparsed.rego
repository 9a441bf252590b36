package unparsed

p if {
	true
