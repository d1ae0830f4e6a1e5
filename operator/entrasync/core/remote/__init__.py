"""What Graph showed: jobs and their status, settings, secrets and templates."""
