"""Drives the real binaries from outside, over loopback: a server, its command line, people with browsers, agencies.

It knows Portico only as a stranger would: its commands, its metadata, its pages' forms. Nothing here is part of the product.
"""
