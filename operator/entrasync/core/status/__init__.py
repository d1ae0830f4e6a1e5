"""What a pass writes into status, and the Events that follow from it."""
