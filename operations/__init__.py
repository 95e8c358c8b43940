"""What people do with the deployed modules of any stack: look at them, invoke them, read their logs."""
