"""What lies on the disk: its layout and format, files that survive a power cut, the reserve."""
