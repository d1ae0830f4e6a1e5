"""The failures of one job in the provisioning log, grouped by cause."""
