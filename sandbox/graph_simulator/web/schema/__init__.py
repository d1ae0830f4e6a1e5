"""Answers the calls about schemas, and about the expressions in them."""
