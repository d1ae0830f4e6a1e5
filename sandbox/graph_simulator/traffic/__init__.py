"""What is known about requests on their way: their meaning, the faults they meet, the rate limit and the journal."""
