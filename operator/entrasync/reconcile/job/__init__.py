"""What an action needs to change a job in Graph: its patches and its templates."""
