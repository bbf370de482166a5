"""What a learner's class may use is promised: the code, the page that lists it and this list say the same."""

import inspect
import re
from pathlib import Path

import pytest

from imteach import protocol
from imteach.protocol import LADDER, Client, Effect, HoldBack, Server
from imteach.protocol.client import ArticleClient
from imteach.protocol.durable import DurableClient
from imteach.protocol.group import GroupClient, GroupServer
from imteach.protocol.offline import OfflineClient, OfflineServer
from imteach.protocol.ordered import OrderedClient, OrderedServer
from imteach.protocol.server import ArticleServer

TEXT = (Path(__file__).parents[2] / "docs" / "subclassing.md").read_text(encoding="utf-8")

# Written down on 2026-11-29, when all that learners had written used these names. Nothing leaves this list.
PROMISED = {
    "Client": """
        receive timer command restart on_say on_resend on_msg_a on_ack_n on_timer on_msg_n on_ack_a on_login on_logout
        on_offline_a on_pull_timer on_start on_heartbeat on_ack_timer take_group count_for_ack send_cursor send request
        msg_r report out_of_queue show_or_discard acknowledge take let_through hold_or_give_up in_turn conversation
        buffer pull heartbeat state
        name rung retries new_msgid ack_every online queue status dedup pulls more last numbers turns pulled groups
        unacked
        on_forget_timer forget_oldest forget
        dedup_limit forgets
    """,
    "Server": """
        receive timer command presence restart on_msg_r on_ack_r on_offline_r on_offlineack_r msg_n base keep
        keep_for_absent take_for_group turn_of confirm move_cursor state
        rung online groups store cursors
        on_forget_timer
        forgets
    """,
    "Effects": "Transmit StartTimer CancelTimer Show Discard Hold Forget Report Write Store Delete",
    "Two values that are met on the way": "Kept HoldBack",
}
NODES = {
    "Client": Client("alice", LADDER["group"], 2, lambda: "m1", ["friends"]),
    "Server": Server(LADDER["group"], ["alice"], {"friends": ["alice"]}),
}
CLIENTS = {
    "basic": ArticleClient,
    "offline": OfflineClient,
    "durable": DurableClient,
    "ordered": OrderedClient,
    "group": GroupClient,
}
SERVERS = {"basic": ArticleServer, "offline": OfflineServer, "ordered": OrderedServer, "group": GroupServer}


def below(heading):
    """The part of the page below a heading of the second level."""
    (part,) = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", TEXT, re.DOTALL | re.MULTILINE)
    return part


def rows(part):
    """Each name in the tables of a part of the page, with its parameters (None: it is no function)."""
    for name, call, parameters in re.findall(r"^\| `(\w+)(\(([^)]*)\))?` \| \S", part, re.MULTILINE):
        yield name, re.findall(r"\w+", parameters) if call else None


def parameters_of(function):
    return list(inspect.signature(function).parameters)


def public(node):
    return {name for name in dir(node) if not name.startswith("_")}


@pytest.mark.parametrize("heading", PROMISED)
def test_the_page_lists_what_is_promised_each_once(heading):
    assert sorted(name for name, _ in rows(below(heading))) == sorted(PROMISED[heading].split())


@pytest.mark.parametrize(("heading", "node"), NODES.items())
def test_the_code_has_what_is_promised_and_no_more(heading, node):
    assert public(node) == set(PROMISED[heading].split())


@pytest.mark.parametrize(("heading", "node"), NODES.items())
def test_the_page_has_the_parameters_of_the_code(heading, node):
    for name, parameters in rows(below(heading)):
        thing = getattr(node, name)
        assert parameters == (parameters_of(thing) if inspect.ismethod(thing) else None), name


@pytest.mark.parametrize(("made", "parameters"), re.findall(r"^`(\w+)\((.*)\)`\.", TEXT, re.MULTILINE))
def test_the_page_makes_a_node_as_the_code_does(made, parameters):
    signature = inspect.signature(getattr(protocol, made))
    plain = [each.replace(annotation=inspect.Parameter.empty) for each in signature.parameters.values()]
    assert str(inspect.Signature(plain)) == f"({parameters})"


def test_the_page_makes_the_effects_and_the_values_as_the_code_does():
    for heading in ("Effects", "Two values that are met on the way"):
        for name, parameters in rows(below(heading)):
            assert parameters == parameters_of(getattr(protocol, name)), name
    assert {effect.__name__ for effect in Effect.__args__} == set(PROMISED["Effects"].split())
    assert public(HoldBack()) == {"turn", "held", "cursor", "take", "pass_by"}


@pytest.mark.parametrize(("heading", "built", "told"), [("Client", CLIENTS, [2, str]), ("Server", SERVERS, None)])
def test_the_page_has_each_name_at_the_rung_whose_file_brings_it(heading, built, told):
    sections = re.findall(r"^### \w+ `(\w+)`(.*?)(?=^### |\Z)", below(heading), re.DOTALL | re.MULTILINE)
    assert [rung for rung, _ in sections] == list(built)
    so_far = set()
    for rung, section in sections:
        so_far |= {name for name, _ in rows(section)}
        node = built[rung]("alice", LADDER[rung], *told) if told else built[rung](LADDER[rung], ["alice"])
        assert public(node) == so_far, rung
