"""Pictures as they are known later: fixed lag beside a live picture, or a whole archive. Never mixed with lag 0."""
