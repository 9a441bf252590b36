"""What makes evaluation faster than the order in which a body was written, and never another answer."""
