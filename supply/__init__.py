"""What the project is made of that others made: pinned, hashed, licensed, asked after, and listed. No pipeline imports it."""
