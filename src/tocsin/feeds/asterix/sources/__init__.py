"""What is known of the senders: how their antennas turn, what they say of themselves, how late they are."""
