"""Other authorities' alerts: polled from their CAP feeds, shown beside ours, and never part of any decision of ours."""
