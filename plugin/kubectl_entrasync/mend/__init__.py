"""What people ask the operator to do about a job, by annotations, and what it answers."""
