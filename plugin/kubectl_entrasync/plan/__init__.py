"""What applying manifests would do: the operator's own rules, asked about Graph as it is now. Nothing is written."""
