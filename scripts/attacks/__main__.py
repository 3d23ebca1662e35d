"""Runs the attacks, or those that are named."""

import argparse

from attacks import ALL, every_route, say

parser = argparse.ArgumentParser()
parser.add_argument("--seconds", type=float, default=30, help="how long all routes are under load")
parser.add_argument("names", nargs="*")
arguments = parser.parse_args()
for name in arguments.names or ["every-route", *ALL]:
    if name == "every-route":
        every_route(arguments.seconds)
    else:
        ALL[name]()
say("all held")
