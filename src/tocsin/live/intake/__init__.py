"""From the transports to the thinking thread: bounded queues, and the sequencer that merges them."""
