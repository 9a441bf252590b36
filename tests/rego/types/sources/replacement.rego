# case: input of another type
r if input.x == 1 with input as "a"

# case: input that has the property
r if input.x == 1 with input as {"x": 1}

# case: input without the property
r if input.x == 1 with input as {"y": 1}

# case: part of input
r if input.x.y == 1 with input.x as 2

# case: rule of another type
n := 1

r if n == "a" with data.case.n as "a"

# case: rule of another type, compared to neither
n := 1

r if n == true with data.case.n as "a"

# case: only that literal is different
n := 1

r if {
	n == "a" with data.case.n as "a"
	n == "a"
}

# case: dependent rule
n := 1

m := n + 1

r if m == "a" with data.case.n as 2

# case: dependent rule of a dependent rule
n := {"a": 1}

m := n.a

k := m

r if k.x.y == "a" with data.case.n as {"a": 2}

# case: independent rule
n := 1

m := 2

r if m == "a" with data.case.n as 2

# case: function by a value
f(x) := x + 1

r if f(1) == 2 with f as 3

# case: function by a value of another type
f(x) := x + 1

r if f(1) == "a" with f as "a"

# case: function by a function
f(x) := x + 1

g(x) := 1

r if f(1) == 2 with f as g

# case: function by a function of another arity
f(x) := x + 1

g(x, y) := 1

r if f(1) == 2 with f as g

# case: function by a function of another operand
f(x) := x + 1

g(x) := lower(x)

r if f(1) == 2 with f as g

# case: built-in by a value
r if count([1]) == "a" with count as "a"

# case: built-in by a function
g(x) := 1

r if count([1]) == 2 with count as g

# case: built-in by a function of another operand
g(x) := y if y := x + 1

r if count([1]) == 2 with count as g

# case: built-in by a function of another arity
g(x, y) := 1

r if count([1]) == 2 with count as g

# case: built-in by a built-in
r if count([1]) == 2 with count as sum

# case: built-in by a built-in of another arity
r if count([1]) == 2 with count as startswith

# case: http.send by a function
mock(_) := {"body": {"a": 1}}

r if http.send({"url": "x"}).body.a == "b" with http.send as mock

# case: replacement with a fault
o := {"a": 1}

r if input.x == 1 with input as o.b

# case: replacement with a faulty call
r if input.x == 1 with input as upper(1)

# case: two replacements
n := 1

r if n + input.x == "a" with data.case.n as 2 with input.x as "b"

# case: a document below a rule's package
n := 1

r if data.case.n == "a" with data.other as {"x": 1}

# case: a package
n := 1

r if data.other.n == "a" with data.other as {"n": 1}

# case: a variable told under a replacement lives on
r if {
	x := input.a with input as {"a": 1}
	x == "s"
}

# case: a variable told by a rule under a replacement
n := 1

r if {
	x := n with input as {"a": 1}
	x == "s"
}

# case: comprehension under a replacement
n := 1

r if [x | x := n] == ["a"] with data.case.n as 2

# case: a faulty comprehension under a replacement
n := 1

r if [x | x := 1; x == "a"] == [1] with data.case.n as 2

# case: every under a replacement
n := 1

r if every x in [1] { n == x } with data.case.n as 2

# case: negation under a replacement
n := 1

r if not n == "a" with data.case.n as 2

# case: membership under a replacement
s := {1, 2}

r if "a" in s with data.case.s as {"a"}
