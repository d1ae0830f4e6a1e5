"""Rules about the schedule of a job: its state, who paused it, its holds and its interval."""
