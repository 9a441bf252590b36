"""Documents become one typed fact graph; pure, whatever the source was."""
