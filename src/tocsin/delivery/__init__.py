"""What is said leaves the house: signed documents, their feed, channels, receipts."""
