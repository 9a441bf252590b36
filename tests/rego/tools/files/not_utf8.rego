package text

p := "ÿ"
