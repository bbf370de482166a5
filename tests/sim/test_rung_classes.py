"""The class of each rung is all that the rung needs: it does what the whole ladder does, step by step."""

import inspect
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import runs

import imteach.protocol.client
import imteach.protocol.server
from imteach import LADDER, Client, Server
from imteach.protocol.client import ArticleClient
from imteach.protocol.durable import DurableClient
from imteach.protocol.group import GroupClient, GroupServer
from imteach.protocol.offline import OfflineClient, OfflineServer
from imteach.protocol.ordered import OrderedClient, OrderedServer
from imteach.protocol.server import ArticleServer

CLASSES = {  # by rung: those that are enough for it
    **dict.fromkeys(("basic", "acked", "retransmit", "dedup"), (ArticleClient, ArticleServer)),
    "offline": (OfflineClient, OfflineServer),
    "durable": (DurableClient, OfflineServer),
    "ordered": (OrderedClient, OrderedServer),
    "group": (GroupClient, GroupServer),
}


@pytest.mark.parametrize("module", [imteach.protocol.client, imteach.protocol.server])
def test_a_reader_of_sections_1_to_8_meets_nothing_that_is_not_in_them(module):
    text = inspect.getsource(module)
    assert len(text) > 3000
    assert re.findall(r"group|number|pull|cursor|kept|stores|writes|orders", text, re.IGNORECASE) == []


def beside(whole, rung_class, options):
    """A class of the whole ladder with one of `rung_class` beside each node, which is told the same."""

    class Beside(whole):
        def __init__(self, *told):
            super().__init__(*told)
            told = list(told[:options])
            if issubclass(whole, Client):
                ask, handed = self.new_msgid, []
                self.new_msgid = lambda: handed.append(ask()) or handed[-1]
                told[3] = handed.pop
            self.beside = rung_class(*told)

        def both(self, method, *told):
            mine = getattr(super(), method)(*told)
            assert getattr(self.beside, method)(*told) == mine
            assert self.beside.state() == self.state()
            return mine

        def receive(self, packet):
            return self.both("receive", packet)

        def timer(self, name):
            return self.both("timer", name)

        def command(self, *told):
            return self.both("command", *told)

        def presence(self, *told):
            return self.both("presence", *told)

        def restart(self, disk):
            return self.both("restart", disk)

    return Beside


@pytest.mark.parametrize("rung", LADDER)
@given(data=st.data())
@settings(max_examples=20)
def test_a_rungs_own_class_does_what_the_whole_ladder_does(rung, data):
    client, server = CLASSES[rung]
    scenario, struck = data.draw(runs([rung]))
    options = 2 if LADDER[rung].groups else 0  # groups, and after how many of their messages is acknowledged
    both = {"client": beside(Client, client, 4 + options), "server": beside(Server, server, 2 + options)}
    replace(scenario, **both).run(*struck)
