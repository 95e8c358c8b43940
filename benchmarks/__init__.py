"""Compares the speed of this project with other tools, and shows where its time goes and how it scales."""
