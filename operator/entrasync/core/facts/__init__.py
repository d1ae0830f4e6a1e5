"""The facts that one pass gathers and that every rule reads."""
