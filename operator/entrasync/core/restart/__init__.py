"""When a job begins anew: the restart that a new provisioning scope needs."""
