"""One look at everything: a list of checks, each a function over gathered facts."""
