"""Runs all attacks, or the named ones."""

import argparse

from attacks import ALL, every_route, report
from together import together

parser = argparse.ArgumentParser()
parser.add_argument("--seconds", type=float, default=30, help="duration of the load on all routes, default 30")
parser.add_argument("names", nargs="*")
arguments = parser.parse_args()
# These two wait for most of their time.
ALL["slow"] = lambda: together(2, lambda index: [ALL["slow-clients"], ALL["http2"]][index]())
for name in arguments.names or ["every-route", *(name for name in ALL if name not in ("slow-clients", "http2"))]:
    if name == "every-route":
        every_route(arguments.seconds)
    else:
        ALL[name]()
report("all held")
