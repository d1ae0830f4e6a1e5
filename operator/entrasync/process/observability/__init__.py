"""What the process shows of itself: logs, metrics, probes and background tasks."""
