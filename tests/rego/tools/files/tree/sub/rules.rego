package tree.rules

v := data.sub.y
