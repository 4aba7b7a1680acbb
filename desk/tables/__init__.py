"""From what a selector read to the rows and figures that the components draw."""
