"""How long a message to a large group takes to run, and whether that grows with its members and no faster.

    python tests/bench/group_size.py

Prints for each size the seconds and the packets, and how many times longer a packet takes than in the smallest group:
about 1 where the time is linear.
"""

from time import process_time

from imteach import Say, Scenario

SIZES = (100, 1_000, 10_000)


def measure(members: int) -> tuple[float, int]:
    """Return the seconds of one run, the better of two, and its packets."""
    people = ["alice", *(f"p{number}" for number in range(1, members))]
    scenario = Scenario("group", groups={"all": people}, say=[Say("hi", to="all")])
    best = float("inf")
    for _ in range(2):
        began = process_time()
        trace = scenario.run()
        best = min(best, process_time() - began)
        assert all(trace.promises.values())
    return best, len(trace.packets)


def main() -> None:
    """Measure and print."""
    first = None
    for members in SIZES:
        seconds, packets = measure(members)
        first = first or seconds / packets
        print(f"{members:6} members: {seconds:6.2f} s, {packets:6} packets, × {seconds / packets / first:.2f} a packet")


if __name__ == "__main__":
    main()
