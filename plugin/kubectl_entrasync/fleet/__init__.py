"""What the lists show of jobs, and how urgent each is."""
