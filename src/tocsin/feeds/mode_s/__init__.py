"""Mode S and ADS-B: messages of 7 and 14 bytes into detections. Beast and AVR bring them to `receiver.Receiver`."""
