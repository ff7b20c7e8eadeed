"""What people said of tracks by hand: same as another, more than one, of this class. It survives the tracker."""
