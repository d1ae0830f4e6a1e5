"""Our objects as GitOps tools see them, and the engines of these tools."""
