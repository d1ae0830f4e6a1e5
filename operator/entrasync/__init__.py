"""The Entra Sync Operator: Microsoft Entra ID provisioning jobs as Kubernetes resources."""
