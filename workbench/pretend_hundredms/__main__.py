"""``python -m workbench.pretend_hundredms``: the demo world on a loopback port."""

import argparse
from pathlib import Path

from workbench.pretend_hundredms.app import build
from workbench.pretend_hundredms.demo import ACCESS_KEY, SECRET, demo_world
from workbench.pretend_hundredms.scenarios import FOLDER
from workbench.pretend_hundredms.scenes.large import LARGE
from workbench.pretend_hundredms.serving import base_url, listen, server_of
from workbench.pretend_hundredms.stage import utc_now


def main() -> None:
    """Serve until interrupted; the first line on stdout is the base URL."""
    parser = argparse.ArgumentParser(prog="python -m workbench.pretend_hundredms")
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    parser.add_argument("--access-key", default=ACCESS_KEY)
    parser.add_argument("--secret", default=SECRET)
    parser.add_argument("--large", type=int, default=LARGE, help="events in the room `large`")
    parser.add_argument(
        "--scenarios", type=Path, default=FOLDER, help="folder of scenarios, each a room"
    )
    args = parser.parse_args()
    world = demo_world(
        utc_now(),
        access_key=args.access_key,
        secret=args.secret,
        large_events=args.large,
        scenarios=args.scenarios,
    )
    app = build(world)
    bound = listen(args.port)
    print(base_url(bound), flush=True)
    server_of(app).run(sockets=[bound])


if __name__ == "__main__":
    main()
