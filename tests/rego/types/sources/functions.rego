# case: too many operands
r := count([1], 2, 3)

# case: too few operands
r := split("a")

# case: result used as an operand
r if count([1], 1)

# case: result of another type
r if count([1], "a")

# case: result told by a variable
r if {
	count([1], n)
	n == "a"
}

# case: operand told by the function
f(x) := x + 1

r := f("a")

# case: operand told by a pattern
f([x, y]) := x + y

r := f([1, "a"])

# case: pattern of another length
f([x, y]) := x + y

r := f([1])

# case: pattern of an object
f({"a": x}) := x

r := f({"b": 1})

# case: constant argument
f(1) := "one"

f(2) := "two"

r := f("three")

# case: constants of several types
f(1) := "one"

f("a") := "letter"

r := f(true)

# case: result of a function
f(x) := 1

r if f(1) == "a"

# case: result of several functions
f(x) := 1 if x == 1

f(x) := "a" if x == 2

r if f(1) == true

# case: result of a function as an operand
f(x) := "a"

r := f(1) + 1

# case: property of a result
f(x) := {"a": x}

r := f(1).b

# case: result by else
f(x) := 1 if {
	x == 1
} else := "a"

r if f(1) == true

# case: default function
default f(_) := 1

f(x) := "a" if x == 2

r if f(1) == true

# case: unused argument
f(x) := 1

r := f("a") + f(1) + f([])

# case: argument used as an array
f(x) := x[0] if is_array(x)

r := f("a")

# case: argument known by an operator
f(a, b) := c if c := a < b

r := f(1, "a")

# case: argument that is a number and a string
f(x) := y if {
	y := x + 1
	startswith(x, "a")
}

# case: function in a path
p.f(x) := x + 1

r := p.f("a")

# case: function in a package by its path
f(x) := x + 1

r := data.case.f("a")

# case: function without arguments used
f(x) if x == 1

r if f(1) == "a"

# case: function that a body calls twice
f(x) := x + 1

r := f(f("a"))

# case: function without a value known
f(x) := input.a[x]

r := f(1).b + 1

# case: a call as an argument
r := upper(count([1]))

# case: a call in an array
r := [upper(1)]

# case: a call in an object
r := {"a": upper(1)}

# case: a call in an object's key
r := {upper(1): 1}

# case: a call in a set
r := {upper(1)}

# case: a call in a comprehension
r := [upper(x) | some x in [1]]

# case: a call in a reference
o := {"a": 1}

r := o[count([1])]

# case: a call in a with
r if input == 1 with input as upper(1)

# case: a call in every
r if every x in upper(1) { x == 1 }

# case: a call in the body of every
r if every x in ["a"] { upper(1) == x }

# case: a call in a template string
r := $"{upper(1)}"

# case: a call in a head
r contains upper(1)

# case: a call in the key of a head
r[upper(1)] := 1

# case: a call that is negated
r if not startswith(1, "a")

# case: arithmetic with a string
r := 1 + "a"

# case: arithmetic with a set on one side
r := {1} - 1

# case: arithmetic with an array
r := [1] - [2]

# case: difference of sets
r := {1} - {"a"}

# case: union of a set and an array
r := {1} | [2]

# case: intersection of a set and an object
r := {1} & {"a": 1}

# case: product of a string
r := "a" * 2

# case: quotient of null
r := 1 / null

# case: remainder of a boolean
r := 5 % true

# case: negative string
r := 0 - "a"

# case: sum of strings
r := sum(["a", "b"])

# case: sum of a known string
r if {
	a := "x"
	sum([1, a]) == 1
}

# case: maximum of a number
r := max(1)

# case: sort of a number
r := sort(1)

# case: concat of numbers
r := concat(",", [1, 2])

# case: concat of several types
r := concat(",", ["a", 2])

# case: concat with a set
r := concat(",", {1})

# case: sprintf without an array
r := sprintf("%d", 1)

# case: object.get of an array
r := object.get([1], "a", 1)

# case: object.union of a set
r := object.union({1}, {"a": 1})

# case: object.remove by a number
r := object.remove({"a": 1}, 1)

# case: json.patch of a number
r := json.patch({"a": 1}, 1)

# case: json.filter by a number
r := json.filter({"a": 1}, 1)

# case: array.slice of a set
r := array.slice({1}, 0, 1)

# case: numbers.range of strings
r := numbers.range("a", "b")

# case: time of a string
r := time.clock("a")

# case: time of an array of another length
r := time.clock([1, 2, 3])

# case: net.cidr_contains_matches of a number
r := net.cidr_contains_matches(1, "10.0.0.0/8")

# case: walk into a path of another type
r if {
	walk(input, ["a", x])
	x == 1
}

# case: walk into an array of another length
r if walk(input, [x, y, z])

# case: graph.reachable of a number
r := graph.reachable(1, {"a"})

# case: regex with a number
r := regex.match(1, "a")

# case: print of anything
r if print(1, "a", [])

# case: format of a boolean
r := format_int(true, 10)

# case: io.jwt with numbers
r := io.jwt.decode(1)

# case: units of an array
r := units.parse([])

# case: a wide argument
r := startswith({"first": 1, "second": {"third": [1, 2, 3]}, "fourth": "x", "fifth": [1, 2, 3]}, "a")

# case: a wide argument that is right
r := object.get({"first": 1, "second": {"third": [1, 2, 3]}, "fourth": "x", "fifth": [1, 2]}, 1, 2, 3, 4)

# case: a wide function argument
f({"first": a, "second": {"third": b}, "fourth": "x", "fifth": [1, 2, 3]}) := a + b

r := f({"first": 1, "second": {"third": 2}, "fourth": 1, "fifth": [1, 2, 3]})

# case: object by arrays
r := object.subset({"a": 1}, "x")

# case: to_number of an array
r := to_number([1])

# case: unknown argument known later
r if {
	x := input.a
	y := [x, 1]
	concat(",", y)
}

# case: variable told by one operand and used as another
r if {
	lower(input.a, x)
	x + 1 == 2
}

# case: built-in with a name of several parts as a value
r := json.unmarshal("1").a.b

# case: result of a built-in that gives one of several types
r if {
	x := regex.find_n("a", "b", 1)
	x == "a"
}

# case: result of a built-in that gives an object
r := time.parse_rfc3339_ns("x").y

# case: result of a built-in with known properties
r := io.jwt.decode("x")[3]

# case: result of a built-in with known elements
r if io.jwt.decode_verify("x", {})[0] == "a"

# case: set of known properties
r := rego.parse_module("a", "b").x

# case: crypto result
r := crypto.x509.parse_certificates("a").b

# case: http.send of a string
r := http.send("x")

# case: http.send by a property
r := http.send({"method": "get", "url": "x"}).body.a

# case: semver result
r if semver.compare("1", "2") == "a"
