"""What the process knows of all resources: the objects, their claims and the listings of jobs."""
