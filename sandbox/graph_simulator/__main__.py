"""The command `python -m graph_simulator`, which runs the simulator until SIGTERM."""

import argparse
import secrets
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from graph_simulator.app import create_app
from graph_simulator.clock import WorldClock
from graph_simulator.server import LOOPBACK, Address, Certificate, serve
from graph_simulator.state import make_identity
from graph_simulator.world.directory import World
from graph_simulator.world.times import parse_time
from graph_simulator.world_file import load_world


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="graph_simulator", description="A simulator of Microsoft Graph.")
    parser.add_argument("--dir", type=Path, required=True, help="folder for ca.pem and world.json")
    parser.add_argument("--host", default=LOOPBACK, help="address to listen on; default: loopback only")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 for a free one")
    parser.add_argument("--url", default="", help="address by which clients reach it; default: localhost and the port")
    parser.add_argument("--tls-dir", type=Path, help="folder with tls.crt, tls.key, ca.crt; default: a new authority")
    parser.add_argument("--metadata-port", type=int, default=0, help="port of the metadata endpoint; 0 for a free one")
    parser.add_argument("--clock-start", type=parse_time, help="simulated time at the origin, ISO 8601; default: now")
    parser.add_argument("--clock-origin", type=float, help="real unix seconds at clock-start; default: now")
    parser.add_argument("--clock-rate", type=float, default=1.0, help="simulated seconds in a real second")
    parser.add_argument("--clock-frozen", action="store_true", help="stop the simulated clock")
    parser.add_argument("--latency-ms", type=float, default=0.0, help="real milliseconds to add to every call")
    parser.add_argument("--seed", type=int, default=1, help="seed of all random values")
    parser.add_argument("--world", type=Path, help="JSON file with the world at the start")
    parser.add_argument("--die-with-parent", action="store_true", help="end when the parent process ends")
    return parser.parse_args(arguments)


def make_clock(options: argparse.Namespace) -> WorldClock:
    """Create the simulated clock from the options of the command line."""
    origin = time.time() if options.clock_origin is None else options.clock_origin
    start = options.clock_start or parse_time(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(origin)))
    return WorldClock(start, origin, options.clock_rate, options.clock_frozen)


def main(arguments: Sequence[str]) -> None:
    """Run the simulator until SIGTERM."""
    options = parse_arguments(arguments)
    world = World(seed=options.seed)
    app = create_app(world, make_clock(options), make_identity(), latency_seconds=options.latency_ms / 1000)
    app.simulator.world_token = secrets.token_urlsafe(16)
    if options.world is not None:
        load_world(app.simulator, options.world)
    address = Address(
        host=options.host,
        port=options.port,
        metadata_port=options.metadata_port,
        url=options.url,
        certificate=Certificate.mounted(options.tls_dir) if options.tls_dir else None,
    )
    serve(app, options.dir, address, die_with_parent=options.die_with_parent)


if __name__ == "__main__":
    main(sys.argv[1:])
