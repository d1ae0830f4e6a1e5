"""What a rule can say: the actions, the verdicts, the conditions and the errors."""
