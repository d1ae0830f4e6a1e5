"""The published API: the custom resources, their names and reasons, and what is generated from them."""
