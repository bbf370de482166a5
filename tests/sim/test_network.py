"""The rules of the network: what a packet, a login and a restart meet in each of its states."""

import pytest

from imteach.sim.network import Network, News, forgotten

CALM = Network.among(["alice", "bob"])


def test_in_a_calm_network_everybody_reaches_everybody():
    for way in (("alice", "server"), ("server", "bob")):
        assert CALM.cannot_leave(*way) == CALM.cannot_arrive(*way) == ""
    assert not CALM.goes_nowhere("bob")
    assert CALM.is_in("alice")


@pytest.mark.parametrize(
    ("network", "leaves", "arrives"),
    [
        (CALM.crash("bob"), "", "bob is down"),
        (CALM.crash("server"), "", ""),
        (CALM.leave("bob"), "", "bob is logged out"),
        (CALM.sever(("server", "bob")), *["the link from the server to bob is cut"] * 2),
        (CALM.sever(("bob", "server")), "", ""),
    ],
)
def test_why_a_packet_to_bob_is_lost(network, leaves, arrives):
    assert (network.cannot_leave("server", "bob"), network.cannot_arrive("server", "bob")) == (leaves, arrives)


def test_what_has_left_a_person_still_reaches_the_server():
    away = CALM.leave("bob").sever(("bob", "server"))
    assert away.cannot_leave("bob", "server") == "bob is logged out"
    assert away.cannot_arrive("bob", "server") == ""
    assert away.crash("server").cannot_arrive("bob", "server") == "the server is down"


def test_the_last_reason_counts():
    away = CALM.leave("bob").leave("bob")
    assert not away.has_just_left("bob")
    assert not away.come_back("bob").is_in("bob")
    assert away.come_back("bob").come_back("bob") == CALM
    way = ("alice", "server")
    assert CALM.sever(way).sever(way).mend(way).cannot_leave(*way)
    assert CALM.sever(way).mend(way) == CALM


def test_after_a_crash_what_the_server_sends_goes_nowhere_until_it_learns_of_a_login():
    again = CALM.crash("bob").restart("bob")
    assert again.goes_nowhere("bob")
    assert again.cannot_arrive("server", "bob", nowhere=True) == "bob's old connection is gone"
    login = again.news_of("bob", "login")
    assert again.heeds(login, lambda: False)
    assert not again.learn(login).goes_nowhere("bob")


def test_who_logs_in_after_a_restart():
    assert CALM.after_restart("server") == [("alice", "login"), ("bob", "login")]
    assert CALM.leave("alice").crash("bob").after_restart("server") == []
    assert CALM.after_restart("bob") == [("bob", "login")]
    assert CALM.leave("bob").after_restart("bob") == [("bob", "logout")]


def test_which_news_the_server_heeds():
    here = lambda: True  # noqa: E731
    crashed = CALM.crash("bob")
    gone = crashed.news_of_crash("bob")
    assert crashed.heeds(gone, here)
    assert not crashed.heeds(gone, lambda: False)
    assert not crashed.crash("server").heeds(gone, here)
    back = crashed.restart("bob").learn(News("bob", True, 1))
    assert not back.heeds(gone, here)  # bob has logged in since
    assert not back.heeds(News("bob", False, 0), here)  # of an older connection
    assert back.heeds(News("bob", False, 1), here)


def test_numbers_of_connections_are_only_compared():
    once = CALM.crash("bob").restart("bob")
    twice = once.learn(once.news_of("bob", "login")).crash("bob").restart("bob")
    assert once != twice
    assert once.canonical() == twice.canonical()
    assert hash(once.canonical()) == hash(twice.canonical())
    assert once.canonical() != CALM


def test_a_crash_takes_from_the_screen_what_is_not_settled():
    from imteach import LADDER

    screen = {"m1": "sent", "m2": "sending", "m3": "delivered", "m4": "sending"}
    assert forgotten(screen, ["m4"], LADDER["basic"]) == ["m2"]
    assert forgotten(screen, ["m4"], LADDER["acked"]) == ["m1", "m2"]
