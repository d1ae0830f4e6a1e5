"""Rules about the job's own settings that the spec names."""
