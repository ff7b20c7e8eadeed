"""What is thrown or launched, and falls."""
