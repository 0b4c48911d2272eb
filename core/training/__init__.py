"""Teach the flow separator: recordings in, checkpoints out."""
