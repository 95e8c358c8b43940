"""What people do with deployed functions: read their logs, and send them events."""
