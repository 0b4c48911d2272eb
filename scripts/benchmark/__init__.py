"""Measures what the program promises of speed and memory; see docs/benchmarks.md. No tests."""

import os

from app.engine_threads import wait_asleep

# As `main.py` does, before anything loads torch.
wait_asleep(os.environ)
