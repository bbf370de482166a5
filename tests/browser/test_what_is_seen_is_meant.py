"""What is seen at a point of a picture is what a click there means: in a real browser, without any script of ours.

Tested are points of what is drawn: the middle of each label, of the words on what became of a packet, and of each arrow
and its head (or ✕), where no words cover them. Then points beside arrows: none is meant that is farther away.
"""

import contextlib
from random import Random
from typing import NamedTuple

import driving
import pytest
from gallery import GALLERY
from nightly import by_night
from playwright.sync_api import Browser

from imteach import (
    LADDER,
    Crash,
    Delay,
    Drop,
    Duplicate,
    InputError,
    Loss,
    Offline,
    Partition,
    Say,
    Scenario,
    Trace,
)

RUNS, AT_ONCE = by_night(500, in_the_gate=80), 60
PEOPLE = ("alice", "bob", "carol", "dave", "erin")

LABS = {
    "a lab's crash": Scenario("durable").run(Crash("alice", at=20, down=50)),
    "lesson 9's lab": Scenario("offline").run(Offline("bob", at=0, lasting=1000)),
    "lesson 11's lab": Scenario("ordered", say=[Say("one"), Say("two", at=30)]).run(Drop("m1/msg:R")),
    "lesson 12's lab": Scenario(
        "group", groups={"friends": PEOPLE[:3]}, say=[Say("one", to="friends"), Say("two", to="friends", at=100)]
    ).run(),
}

LOOK = """(pictures) => {
    const found = {elsewhere: [], farther: [], unclickable: [], looked: 0, beside: 0}, CLOSE = 6;
    const told = (point) => ` at ${point.map(Math.round)}`;
    const [between, halfway] = [(a, b) => (a + b) / 2, ({x, y, width, height}) => [x + width / 2, y + height / 2]];
    const inside = ([x, y], by) => (box) =>
        x > box.x - by && x < box.x + box.width + by && y > box.y - by && y < box.y + box.height + by;
    const from = ([x, y]) => ([a, b]) => Math.hypot(a - x, b - y);
    const at = ([x, y]) => {
        if (x < scrollX + 1 || x > scrollX + innerWidth - 20 || y < scrollY + 1 || y > scrollY + innerHeight - 20)
            scrollTo(x - innerWidth / 2, y - 20);
        return document.elementFromPoint(x - scrollX, y - scrollY)?.closest("[data-packet]") ?? null;
    };
    const drawn = (way, packet) => {
        const [x0, y0, across, down] = way.getAttribute("d").match(/-?[0-9.]+/g).map(Number);
        const [x1, y1] = [x0 + across, y0 + down];
        const long = Math.hypot(x1 - x0, y1 - y0), [ux, uy] = [(x1 - x0) / long, (y1 - y0) / long];
        const back = packet.querySelector(".imt-cross") ? 0 : 6;  // the tip of a head is where the next arrow starts
        return {
            packet, long, start: [x0, y0], end: [x1, y1], middle: [between(x0, x1), between(y0, y1)],
            head: [x1 - back * ux, y1 - back * uy],
            words: [...packet.querySelectorAll("rect,.imt-note")].map((words) => words.getBBox()),
            point: (along, aside) => [x0 + along * ux - aside * uy, y0 + along * uy + aside * ux],
            away: ([x, y]) => {
                const along = Math.min(Math.max((x - x0) * ux + (y - y0) * uy, 0), long);
                return Math.hypot(x - x0 - along * ux, y - y0 - along * uy);
            },
        };
    };
    for (const [name, picture] of pictures) {
        document.body.innerHTML = picture;
        const packets = [...document.querySelectorAll("[data-packet]")];
        const ways = [...document.querySelectorAll(".imt-ways > g > path:first-child")];
        const lines = ways.map((way, place) => drawn(way, packets[place]));
        const notes = [...document.querySelectorAll(".imt-note,.imt-bubble,.imt-paper")].slice(1)
            .filter((note) => !note.closest("[data-packet]")).map((note) => note.getBBox());
        const written = [...notes, ...lines.flatMap(({words}) => words)];
        const called = (packet) => packet?.dataset.packet ?? "nothing";
        for (const line of lines) {
            const points = [
                ...line.words.map((box) => ["words", halfway(box), []]),
                ...["middle", "head"].filter((what) => !written.some(inside(line[what], 1))).map((what) => [
                    what, line[what],  // where two middles or heads are one, either is seen there
                    lines.filter(({middle, head}) => [middle, head].some((other) => from(line[what])(other) < 3)),
                ]),
            ];
            for (const [what, point, also] of points) {
                const packet = at(point);
                found.looked += 1;
                if (packet !== line.packet && !also.some((other) => other.packet === packet))
                    found.elsewhere.push(
                        `${name}: the ${what} of ${called(line.packet)}${told(point)} is ${called(packet)}`);
            }
        }
        const firsts = lines.flatMap(({start, end, middle}) => [start, end, middle]);
        for (const line of lines) for (let part = 1; part < 8; part += 2) for (const aside of [-3, -0.7, 0.7, 3]) {
            const point = line.point(line.long * part / 8, aside);
            if (written.some(inside(point, 9)) || firsts.some((first) => from(point)(first) < 20)) continue;
            const packet = at(point), near = [...lines].sort((a, b) => a.away(point) - b.away(point));
            const here = near.find((other) => other.packet === packet);
            found.beside += 1;
            if (here ? here !== near[0] && here.away(point) > CLOSE : near[0].away(point) < 1)
                found.farther.push(`${name}:${told(point)} is ${called(packet)}, nearest is ${called(near[0].packet)}`);
        }
        for (const line of lines) {
            const box = line.packet.querySelector("path").getBoundingClientRect();
            const point = [box.x + box.width / 2 + scrollX, box.y + box.height / 2 + scrollY];
            if (!written.some(inside(point, 1)) && at(point) !== line.packet)
                found.unclickable.push(`${name}: ${called(line.packet)}${told(point)}`);
        }
    }
    return found;
}"""


class Found(NamedTuple):
    """What is not where it is seen; what is met, though another is nearer; and how many points were looked at.

    `unclickable` are packets of which a click in the middle of what can be hit, as a test would do it, meets another.
    """

    elsewhere: list[str]
    farther: list[str]
    unclickable: list[str]
    looked: int
    beside: int


def world(seed: int) -> Trace:
    """A run of any rung, with up to five people, of whom some may have no latency, and any faults."""
    random = Random(seed)
    any_of = random.choice
    rung, people = any_of(list(LADDER)), PEOPLE[: any_of([2, 2, 3, 4, 5])]
    groups = {"all": people} if LADDER[rung].groups and random.random() < 0.7 else {}

    def say() -> Say:
        sender, to = random.sample(people, 2)
        return Say(any_of(["hi", "hello"]), sender, "all" if groups else to, any_of([0, 0, 30, random.randint(0, 300)]))

    latency = {person: any_of([0, 1, 20, 50, 50, 100, 150, random.randint(0, 300)]) for person in people}
    scenario = Scenario(
        rung,
        say=[say() for _ in range(random.randint(1, 5))],
        people=people,
        latency=any_of([latency, latency, 0, 50, 50]),
        rto=any_of([60, 300, 600]),
        retries=random.randint(0, 2),
        groups=groups,
    )
    names = [packet.name for packet in scenario.run().packets]
    faults = []
    for _ in range(random.randint(0, 4)):
        with contextlib.suppress(InputError):  # not every name means something in a group
            faults.append(fault(random, people, names).resolve(scenario))
    return scenario.run(*faults)


def fault(random: Random, people: tuple[str, ...], names: list[str]) -> object:
    """Any fault."""
    any_of = random.choice
    name, person, at, lasting = any_of(names), any_of(people), random.randint(0, 500), any_of([10, 100, 1000])
    return any_of(
        [
            Drop(name),
            Drop(name),
            Duplicate(name, any_of([None, 0, 30])),
            Delay(name, any_of([20, 100, 400])),
            Crash(any_of([*people, "server"]), at=at, down=lasting),
            Offline(person, at, any_of([None, lasting])),
            Partition(person, "server", at, lasting, any_of([True, False])),
            Partition("server", person, at, lasting, any_of([True, False])),
            Loss(any_of([0.1, 0.3]), random.randint(0, 99)),
        ]
    )


@pytest.fixture(scope="module")
def found(browser: Browser) -> Found:
    """What was found in all pictures."""
    traces = {**GALLERY, **LABS, **{f"run {seed}": world(seed) for seed in range(RUNS)}}
    pictures = [(name, trace.to_svg()) for name, trace in traces.items()]
    page = driving.new_page(browser)
    page.set_content('<!doctype html><body style="margin:0">')
    parts = [page.evaluate(LOOK, pictures[at : at + AT_ONCE]) for at in range(0, len(pictures), AT_ONCE)]
    page.close()
    return Found(*(sum((part[what] for part in parts), type(parts[0][what])()) for what in Found._fields))


def test_every_label_middle_and_head_is_its_own_packets(found):
    assert found.looked > 20 * RUNS
    assert found.elsewhere == []


def test_beside_arrows_none_is_met_that_is_farther_away_than_another(found):
    # close to two, it is the one that is painted last: to choose the nearest of them is for the lab's page
    assert found.beside > 50 * RUNS
    assert found.farther == []


def test_in_the_labs_of_the_lessons_a_packet_is_hit_in_the_middle_of_its_shape(found):
    assert [told for told in found.unclickable if told.partition(":")[0] in LABS] == []
