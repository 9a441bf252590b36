"""Types that the stages hand to one another: plain data, no I/O, no clock."""
