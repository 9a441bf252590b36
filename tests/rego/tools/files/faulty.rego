package faulty

p := x

q if {
	count(1)
}

r(a) := a

s := r(1, 2)
