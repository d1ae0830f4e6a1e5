"""What the process knows of all resources: the objects, their claims and their lists of jobs."""
