"""Frozen values that everything else speaks in: sound, pictures, masks, prompts, the project."""
