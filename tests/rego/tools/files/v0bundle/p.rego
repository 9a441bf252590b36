package v0b

p[x] { x := 1 }
