"""Handles requests independently of what they do: their operation, injected faults, rate limit and journal."""
