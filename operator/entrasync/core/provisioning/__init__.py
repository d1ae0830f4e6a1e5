"""ProvisioningRequests: what keeps one from being sent, by which rule it is sent, and what its end is."""
