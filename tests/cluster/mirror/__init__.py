"""The tests of the mirror: a package, so that their shared operator ends with the last of them."""
