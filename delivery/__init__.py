"""What runs beside `pulumi`: before an update, in the sandbox as in a pipeline."""
