"""Rules about `spec.application`: the secrets, mails and provisioning scope of a service principal."""
