"""Ports of users: read from their file or their traces, their weights paired, then judged as the cases are."""
