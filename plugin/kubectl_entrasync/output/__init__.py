"""What all commands write with."""
