"""The stations of the road: each takes the run one step on, and leaves in it what it found.

`workflow` says in which order.
"""
