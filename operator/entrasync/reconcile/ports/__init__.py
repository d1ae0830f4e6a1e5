"""What passes need of Graph and of the API server, as protocols."""
