"""The class of one rung, without those above it: what they build around it works by itself."""

from fakelink import HELLO

from imteach.protocol import LADDER, Client, MemoryDisk, StartTimer, Transmit
from imteach.protocol.client import ArticleClient
from imteach.protocol.durable import DurableClient
from imteach.protocol.offline import OfflineClient


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
