"""A package, so that its folders can be packages."""
