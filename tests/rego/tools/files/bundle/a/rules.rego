package a.rules

r := data.a.b.v
