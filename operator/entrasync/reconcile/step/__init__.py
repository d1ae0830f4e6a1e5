"""What the steps of one pass share."""
