package loop

p if q

q if p
