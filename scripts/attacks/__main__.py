"""Runs all attacks, or the named ones."""

import argparse

from attacks import ALL, every_route, report

parser = argparse.ArgumentParser()
parser.add_argument("--seconds", type=float, default=30, help="duration of the load on all routes, default 30")
parser.add_argument("names", nargs="*")
arguments = parser.parse_args()
for name in arguments.names or ["every-route", *ALL]:
    if name == "every-route":
        every_route(arguments.seconds)
    else:
        ALL[name]()
report("all held")
