"""Benchmarks: one command each. They print what they measured in words, the last line as one JSON object.

None judges a time. What can be compared across machines is a ratio, of two figures of the same run.
"""
