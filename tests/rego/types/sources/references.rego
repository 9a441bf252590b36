# case: below a number
n := 1

r if n.x == 1

# case: below a string
s := "a"

r := s.length

# case: below a boolean
b := true

r := b.x

# case: below null
z := null

r := z.x

# case: below a number in an object
o := {"a": {"b": 1}}

r := o.a.b.c

# case: element of a string
s := "abc"

r := s[0]

# case: iterating over a number
n := 5

r if n[_] == 1

# case: iterating over a string with some
r if {
	s := "abc"
	some c in s
	c == "a"
}

# case: missing property
o := {"a": 1, "b": 2}

r := o.c

# case: missing nested property
o := {"a": {"b": {"c": 1, "d": 2}}}

r := o.a.b.e

# case: misspelt property of a literal
r := {"colour": 1}.color

# case: property of an array
a := [1, 2]

r := a.first

# case: array by a string
a := [1, 2]

r := a["0"]

# case: array by a boolean
a := [1, 2]

r := a[true]

# case: array beyond its end
a := [1, 2]

r := a[2]

# case: array by a negative number
a := [1, 2]

r := a[-1]

# case: array by a fraction
a := [1, 2]

r := a[0.5]

# case: array of arrays
a := [[1, 2], [3, "x"]]

r := a[1][2]

# case: set by another type
s := {1, 2}

r if s["a"]

# case: set of several types by another type
s := {1, "a"}

r if s[true]

# case: set by an array of another shape
s := {[1, "a"], [2, "b"]}

r if s[[1, 2]]

# case: below an element of a set
s := {"a", "b"}

r if s.a.b

# case: partial set by another type
s contains x if some x in [1, 2]

r if s["a"]

# case: below an element of a partial set
s contains x if some x in [1, 2]

r if s[1].x

# case: partial object below a scalar
p[x] := 1 if some x in ["a", "b"]

r := p.a.b

# case: partial object by another type of key
p[x] := 1 if some x in [1, 2]

r := p.a

# case: partial object with a fixed key
p.a := 1

p.b := "x"

r := p.a.c

# case: general reference head
p[x].y[z] := 1 if {
	some x in ["a"]
	some z in [1]
}

r := p.a.y.k

# case: general reference head, wrong middle
p[x].y := 1 if some x in ["a"]

r := p.a.z

# case: general reference head below its value
p[x].y := 1 if some x in ["a"]

r := p.a.y.w

# case: head with contains below
p.q[x] contains 1 if some x in ["a"]

r if p.q.a["s"]

# case: function as a value
f(x) := x

r := f

# case: function as a value with an argument that looks like a key
f(x) := x

r := f[1]

# case: function in a comprehension
f(x) := x

r := [1 | f == 1]

# case: variable of another type than the keys
a := [1, 2]

r if {
	k := "x"
	a[k] == 1
}

# case: variable of another type than the keys of an object
o := {"a": 1}

r if {
	k := 1
	o[k] == 1
}

# case: variable used for keys of two kinds
a := [1, 2]

o := {"a": 1}

r if {
	a[i] == 1
	o[i] == 1
}

# case: reference as a key of another type
a := [1, 2]

k := "x"

r if a[k] == 1

# case: reference as a key of an object
o := {"a": 1}

k := [1]

r if o[k] == 1

# case: array as a key
s := {[1, 2], [3, 4]}

r if s[["a", x]] == x

# case: array as a key of an object of strings
o := {"a": 1}

r if o[[1]] == 1

# case: object as a key
s := {{"a": 1}}

r if s[{"a": "b"}]

# case: set as a key
o := {"a": 1}

r if o[{1}] == 1

# case: number after data
r := data[1]

# case: number after a package
x := 1

r := data.case[1]

# case: boolean after a package
x := 1

r := data.case[true]

# case: whole package by a missing name
x := 1

r := data.case.nothing.here

# case: other rule by the whole path
x := {"a": 1}

r := data.case.x.b

# case: iterating over a package
x := 1

r if data.case.x[k].y == k

# case: variable of another type for a package
r if {
	k := 1
	data.other[k] == 2
}

# case: key that is no plain name
o := {"a-b": 1, "c d": 2}

r := o["e f"]

# case: key that is not ASCII
o := {"größe": 1}

r := o["größe"].x

# case: key that is not ASCII and missing
o := {"größe": {"ü": 1}}

r := o["größe"]["ö"]

# case: keys that are numbers
o := {1: "a", 2: "b"}

r := o[3]

# case: keys of several kinds
o := {1: "a", "x": 2, true: 3, null: 4, [1, 2]: 5}

r := o.y

# case: keys that are collections
o := {[1, {"a": 2}]: 5, {"k": 1}: 6, {1, 2}: 7}

r := o.y

# case: key that holds a quotation mark
o := {"a\"b": 1}

r := o["c\"d"]

# case: empty object by a key
o := {}

r := o.a

# case: empty array by a key
a := []

r := a[0]

# case: empty set by a key
s := set()

r if s.a

# case: empty object by a variable
o := {}

r if o[k] == k

# case: empty array by a variable of another type
a := []

r if {
	k := "x"
	a[k] == 1
}

# case: below an element of an empty collection
o := {"a": {}}

r := o.a[x].y

# case: local object
r if {
	o := {"a": 1}
	o.b == 1
}

# case: local array
r if {
	a := [1, 2, 3]
	a.x == 1
}

# case: property of what a call gives
r if {
	x := count([1])
	x.y == 1
}

# case: property of a call
r := count([1]).x

# case: property of a call that gives an array
r := split("a.b", ".").x

# case: element of an object in an array
a := [{"k": 1}, {"k": 2}]

r if a[_].j == 1

# case: element of one of two objects
a := [{"k": 1}, {"j": 2}]

r if a[_].m == 1

# case: element of one of two shapes
a := [{"k": {"x": 1}}, {"k": 2}]

r if a[_].k.y == 1

# case: selecting from the union of rules
x := {"a": 1} if input.a

x := {"b": 2} if input.b

r := x.c

# case: selecting from the union of an object and a scalar
x := {"a": 1} if input.a

x := 2 if input.b

r := x.c

# case: selecting from an else
x := {"a": 1} if {
	input.a
} else := {"b": 1}

r := x.c

# case: selecting from a default
default x := 1

x := 2 if input.a

r := x.y

# case: reference in the head's value
o := {"a": 1}

r := {"v": o.b}

# case: reference in the head's key
o := {"a": 1}

r contains o.b

# case: reference in a nested array
o := {"a": 1}

r := [[o.b]]

# case: reference in a reference
o := {"a": 1}

p := {"x": 1}

r := p[o.b]

# case: reference in a call in a call
o := {"a": 1}

r := count([count(o.b)])

# case: input is anything
r := input.a[1].b["c"][_]

# case: wrong element below input is anything
r := input[1]

# case: iterating with two variables of one name
r if {
	a := [["x"]]
	a[i][i] == "x"
}

# case: dynamic head used with a wrong type
p[x] contains y if {
	some x, y in {"a": 1}
}

r if {
	p[k][v]
	k == 1
}

# case: a rule used before it is written
r := q.b

q := {"a": 1}

# case: a fault is not repeated where the faulty rule is used
q := {"a": 1}.b

r := q.c.d

# case: two faults in one body
o := {"a": 1}

r if {
	o.b == 1
	o.c == 2
}

# case: two faults in one literal
o := {"a": 1}

r if o.b == o.c

# case: a long reference
o := {"a": {"b": {"c": {"d": {"e": {"f": 1}}}}}}

r := o.a.b.c.d.e.g

# case: keyword as a name
o := {"if": 1}

r := o["else"]

# case: object of many keys
o := {"a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6, "g": 7, "h": 8, "i": 9, "j": 10}

r := o.k

# case: comprehension's element
a := [x | some x in ["a", "b"]]

r if a[_].x == 1

# case: object comprehension's value
o := {k: v | some k, v in {"a": 1}}

r := o.a.b

# case: set comprehension's element
s := {x | some x in ["a", "b"]}

r if s[1]

# case: property in a template string
o := {"a": 1}

r := $"{o.b}"

# case: walk
r if {
	walk({"a": 1}, [path, value])
	path.x == value
}

# case: a rule's value through several rules
a := {"x": 1}

b := a

c := b

r := c.y

# case: head of a reference that is an array
r := [1, 2][i].x if some i in [0, 1]

# case: head of a reference that is an object
r := {"a": {"b": 1}}[k].c if some k in ["a"]
