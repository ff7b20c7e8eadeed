"""What stages share: how things move, what sensors see, which classes there are."""
