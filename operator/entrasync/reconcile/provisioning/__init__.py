"""ProvisioningRequests: the line of those that wait, what sends one, and their reconciler."""
