"""Measures what the program promises of speed and memory; see docs/benchmarks.md. No tests."""
