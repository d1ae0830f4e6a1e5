"""The API server and its storage end and come back, forget versions, refuse writes, or do not know the operator."""
