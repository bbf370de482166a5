"""The class of one rung, without those above it: what they build around it works by itself."""

import pytest
from fakelink import HELLO

from imteach.protocol import LADDER, Client, MemoryDisk, StartTimer, Transmit
from imteach.protocol.client import ArticleClient
from imteach.protocol.durable import DurableClient
from imteach.protocol.group import GroupClient, GroupServer
from imteach.protocol.offline import OfflineClient, OfflineServer
from imteach.protocol.ordered import OrderedClient, OrderedServer
from imteach.protocol.server import ArticleServer


def client(made, rung):
    return made("alice", LADDER[rung], 2, lambda: "m1")


def test_the_durable_client_transmits_after_a_crash_what_was_in_its_queue():
    queued, request, timer = client(DurableClient, "durable").command("say", HELLO)
    disk = MemoryDisk()
    disk.write(*queued.write)
    assert client(DurableClient, "durable").restart(disk) == [queued, request, timer]
    assert (request.packet.kind, type(request), type(timer)) == ("msg:R", Transmit, StartTimer)


def test_the_articles_client_has_nothing_to_do_at_the_start():
    assert client(ArticleClient, "dedup").command("start") == []


def test_the_offline_client_pulls_as_the_whole_ladder_does():
    assert client(OfflineClient, "offline").command("login") == client(Client, "offline").command("login") != []


@pytest.mark.parametrize("made", [ArticleClient, OfflineClient, DurableClient, OrderedClient, GroupClient])
def test_each_client_is_made_with_the_same_names(made):
    alice = made(name="alice", rung=LADDER["group"], retries=2, new_msgid=lambda: "m1")
    assert (alice.name, alice.rung, alice.retries, alice.new_msgid()) == ("alice", LADDER["group"], 2, "m1")


@pytest.mark.parametrize("made", [ArticleServer, OfflineServer, OrderedServer, GroupServer])
def test_each_server_is_made_with_the_same_names(made):
    server = made(rung=LADDER["group"], people=["alice"])
    assert (server.rung, list(server.online)) == (LADDER["group"], ["alice"])
