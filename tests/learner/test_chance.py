"""A clock or chance in a learner's class is told before the run, with the line; what only looks like it is not."""

import datetime
import os
import random
import secrets
import time
import uuid
from datetime import datetime as moment
from random import random as toss

import pytest
from real_bugs import BUGS

from imteach import Client, LearnerError, Scenario, Server, check, examine, explore

COIN = "a node tosses no coin: what it does follows from what it is told and from what it holds"
CLOCK = "a node has no clock: to wait it returns StartTimer, and is told when the timer runs out"


def roll():
    return random.randint(1, 6)


ASKS = {
    "time.time": lambda: time.time(),
    "time.monotonic_ns": lambda: time.monotonic_ns(),
    "time.localtime": lambda: time.localtime(),
    "datetime.datetime.now": lambda: moment.now(),
    "datetime.datetime.utcnow": lambda: datetime.datetime.utcnow(),
    "datetime.date.today": lambda: datetime.date.today(),
    "random.random": lambda: toss(),
    "random.choice": lambda: random.choice("ab"),
    "random.Random": lambda: random.Random(),
    "random.SystemRandom": lambda: random.SystemRandom(),
    "random.randint": lambda: [roll() for _ in "ab"],
    "uuid.uuid4": lambda: uuid.uuid4(),
    "secrets.token_hex": lambda: secrets.token_hex(8),
    "secrets.choice": lambda: secrets.choice("ab"),
    "os.urandom": lambda: (lambda: os.urandom(8))(),
}

HARMLESS = {
    "a seed": lambda: random.Random(1).random(),
    "its class": lambda: isinstance(1, random.Random),
    "a moment that is given": lambda: datetime.datetime(2026, 1, 1) + datetime.timedelta(1),
    "a time that is given": lambda: time.localtime(0),
    "how long code takes": lambda: time.perf_counter(),
    "a name's msgid": lambda: uuid.uuid5(uuid.NAMESPACE_DNS, "alice"),
    "another function of os": lambda: os.path.join("a", "b"),
    "no secret": lambda: secrets.compare_digest("a", "b"),
}


def told(client, server=Server):
    with pytest.raises(LearnerError) as error:
        Scenario("dedup", client=client, server=server).run()
    return error.value


@pytest.mark.parametrize("name", ASKS)
def test_a_clock_and_chance_are_told_before_the_run(name):
    ask = ASKS[name]

    class Mine(Client):
        def on_msg_n(self, packet):
            ask()
            return super().on_msg_n(packet)

    error = told(Mine)
    rule = CLOCK if name.startswith(("time", "date")) else COIN
    assert error.sentence.partition(" ")[2] == f"asks {name}(), so two runs that are the same could differ; {rule}"
    assert (error.line.file, error.trace) == ("test_chance.py", None)


def test_it_is_told_who_asks_and_in_which_line():
    class Mine(Client):
        def on_timer(self, msgid):
            if toss() < 0.001:
                return []
            return super().on_timer(msgid)

    error = told(Mine)
    assert error.sentence.startswith("Mine.on_timer asks random.random(), ")
    assert error.line.text == "if toss() < 0.001:"


def test_a_server_is_looked_at_too():
    class Mine(Server):
        def on_msg_r(self, packet):
            self.last = time.time()
            return super().on_msg_r(packet)

    assert told(Client, Mine).line.text == "self.last = time.time()"


@pytest.mark.parametrize("search", [explore, check, examine])
def test_a_search_says_the_same(search):
    class Mine(Client):
        def on_say(self, message):
            return self.send(str(uuid.uuid4()), message)

    if search is examine:
        report = examine(Mine)
        assert (report.mistake.line.text, report.tried[-1].verdict) == (
            "return self.send(str(uuid.uuid4()), message)",
            "✕ cannot go on",
        )
        return
    with pytest.raises(LearnerError, match=r"^Mine\.on_say asks uuid\.uuid4\(\), so"):
        search(Scenario("dedup", client=Mine))


def test_what_a_method_imports_for_itself_is_seen():
    class Mine(Client):
        def on_msg_n(self, packet):
            import random as dice
            from uuid import uuid4

            return [] if uuid4 is dice.random() else super().on_msg_n(packet)

    error = told(Mine)
    assert error.sentence.startswith("Mine.on_msg_n asks uuid.uuid4(), ")
    assert "return [] if uuid4" in error.line.text


def test_a_clock_that_the_class_or_a_parameter_holds_is_seen():
    class Holds(Client):
        clock = time.time

        def on_msg_n(self, packet):
            return super().on_msg_n(packet) if self.clock() else []

    class Takes(Client):
        def __init__(self, *args, clock=time.time, **kwargs):
            super().__init__(*args, **kwargs)

    assert told(Holds).line.text == "clock = time.time"
    assert told(Takes).line.text.startswith("def __init__(self, *args, clock=time.time")


def test_what_another_class_does_for_it_is_seen():
    class Mine(Client):
        def on_msg_n(self, packet):
            return super().on_msg_n(packet) if Watch().seconds() else []

    error = told(Mine)
    assert (error.sentence.partition(" asks ")[0], error.line.text) == ("Watch.seconds", "return time.time()")


def test_a_dispatch_by_name_hides_nothing():
    class Mine(Client):
        def receive(self, packet):
            return getattr(self, f"got_{packet.kind.lower().replace(':', '_')}")(packet)

        def got_msg_n(self, packet):
            return [] if toss() < 0.5 else super().on_msg_n(packet)

    assert told(Mine).sentence.startswith("Mine.got_msg_n asks random.random(), ")


@pytest.mark.parametrize("name", HARMLESS)
def test_what_only_looks_like_it_is_not_told(name):
    ask = HARMLESS[name]

    class Mine(Client):
        def on_msg_n(self, packet):
            ask()
            return super().on_msg_n(packet)

    assert Scenario("dedup", client=Mine).run().events == Scenario("dedup").run().events


class Seeds(Client):
    """Its dice bring the same numbers in each run, for they are its own."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.dice = random.Random(self.name)

    def on_msg_n(self, packet):
        return super().on_msg_n(packet) if self.dice.random() < 0.5 else []


class SeedsAll(Client):
    """It makes the dice of all begin anew."""

    def on_start(self):
        random.seed(1)
        return super().on_start()

    def on_msg_n(self, packet):
        return super().on_msg_n(packet) if random.random() < 0.5 else []


class Watch:
    """Another class, of which a node uses only what asks no clock."""

    def __init__(self):
        self.laps = 0

    def lap(self):
        self.laps += 1

    def seconds(self):
        return time.time()


class TriesThingsOut(Client):
    """Nobody calls the methods that ask the clock; names of its own are no clock either."""

    def on_start(self):
        self.watch = Watch()
        self.watch.lap()
        return super().on_start()

    def how_late(self):
        return time.time()

    def on_msg_n(self, packet):
        time = self.retries  # the name of the module, and another thing

        def inside():
            return time

        return super().on_msg_n(packet) if inside() else []

    def random(self):
        return 4

    def on_ack_a(self, packet):
        return super().on_ack_a(packet) if self.random() else []


@pytest.mark.parametrize("client", [Seeds, SeedsAll, TriesThingsOut])
def test_what_is_the_same_in_each_run_is_right(client):
    assert Scenario("dedup", client=client).run().events == Scenario("dedup", client=client).run().events


@pytest.mark.parametrize("name", BUGS)
def test_no_class_with_another_bug_is_accused(name):
    """Neither of chance, nor of what it keeps outside."""
    made, rung = BUGS[name]
    scenario = Scenario(rung, **{"client" if issubclass(made, Client) else "server": made})
    assert scenario.run().events == scenario.run().events
