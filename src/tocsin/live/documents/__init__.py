"""A released statement becomes a signed document, by what the site says of itself: here alerts and keys meet."""
