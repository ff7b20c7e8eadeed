"""CAP 1.2 (OASIS, Common Alerting Protocol, 1 July 2010): statements out as documents, other authorities' alerts in."""
