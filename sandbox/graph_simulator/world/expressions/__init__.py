"""The language of expressions in attribute mappings: its text, its tree, and what an expression evaluates to."""
