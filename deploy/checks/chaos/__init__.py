"""Breaks a deployment on Kafka at random while producers duplicate, reorder and send rubbish; then counts.

Run it through deploy/chaos. `__main__` reads the options, `torment` breaks, `traffic` and `bigrecords` send, `watch`
looks on from outside, `judge` counts.
"""
