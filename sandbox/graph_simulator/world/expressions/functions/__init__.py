"""What the functions of expressions evaluate to, by what they work on."""
