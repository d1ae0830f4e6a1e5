"""The report: the fleet as one HTML file, and the same data for programs."""
