package noted

p if {
	trace("hello")
	q > 1
}

q := x if {
	some x in [1, 2]
	x > 1
	trace(sprintf("x %d", [x]))
}
