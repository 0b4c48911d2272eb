"""What the demo clip is made of: who sounds when, what it sounds like, what it looks like."""
