"""What earlier runs kept, remembered for later ones."""
