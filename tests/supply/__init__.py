"""What others made and the project rests on: pinned, hashed, licensed, listed, asked after."""
