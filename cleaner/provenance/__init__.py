"""What a run leaves behind of each document, and the way back from it."""
