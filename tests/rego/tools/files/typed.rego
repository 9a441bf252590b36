package typed

p if input.usr == "x"

q if input.user == 1
