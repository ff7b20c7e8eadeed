"""From alerts to what is said: who releases it, in which lane, and what is said of it later. Pure; no channel is known.

desk       READ FIRST: the nouns of the people at the desk
releases   State.releases: one step for each Tick, one for each Order
events     one place event: its drafts, its release, its renewals, its end
standing   standing orders: signed by two, bound, expiring
people     who may confirm, who is asked next, and which accounts are one person
support    on which independent paths an alert rests, and whether a standing order fits it
bells      annunciations: what may ask for somebody's attention, and how often
"""
