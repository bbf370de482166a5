"""`few_packets`: a bound on the traffic of a run, judged if a search is told one."""

import json

import pytest
from brute import every_plan

from imteach import Client, Drop, InputError, Offline, Say, Scenario, check, explore
from imteach.cli import main
from imteach.tell import why_broken

TWO = [Say("one"), Say("two", at=20)]
SIX = 6  # packets of one message, if nothing is lost


class AcksTwice(Client):
    def acknowledge(self, arrived):
        return 2 * super().acknowledge(arrived)


def sent(trace):
    return sum(trace.counts.values())


@pytest.mark.parametrize("kinds", [["drop"], ["drop", "duplicate"]])
@pytest.mark.parametrize("faults", [0, 1, 2])
def test_with_the_clock_the_bound_is_exact(faults, kinds):
    scenario = Scenario("dedup")
    most = max(sent(trace) for _, trace in every_plan(scenario, faults, kinds))
    assert explore(scenario, faults, kinds, most_packets=most).promises["few_packets"].holds
    verdict = explore(scenario, faults, kinds, most_packets=most - 1).promises["few_packets"]
    assert (verdict.holds, sent(verdict.trace)) == (False, most)


def test_without_a_clock_early_timers_send_more():
    scenario = Scenario("dedup", retries=1)
    assert explore(scenario, 0, most_packets=SIX).promises["few_packets"].holds
    verdict = check(scenario, 0, most_packets=SIX).promises["few_packets"]
    assert (verdict.holds, verdict.broken_by, sent(verdict.trace)) == (False, (), 12)
    assert check(scenario, 0, most_packets=12).promises["few_packets"].holds
    assert check(scenario, 1, most_packets=12).promises["few_packets"].holds


@pytest.mark.parametrize("most", [6, 11, 12, 18, 24])
def test_a_search_that_leaves_steps_out_counts_the_same(most):
    for scenario, given in [
        (Scenario("dedup", retries=1, client=AcksTwice), ()),
        (Scenario("dedup", say=TWO, retries=0), ()),
        (Scenario("offline", retries=0), (Offline("bob", at=0, lasting=1000),)),
    ]:
        less, whole = (check(scenario, 1, given=given, reduce=reduce, most_packets=most) for reduce in (True, False))
        assert less.promises["few_packets"].holds == whole.promises["few_packets"].holds
        assert len(less.promises["few_packets"].broken_by or ()) == len(whole.promises["few_packets"].broken_by or ())


def test_who_acks_twice_sends_too_much_where_ours_does_not():
    assert explore(Scenario("dedup"), 0, most_packets=SIX).promises["few_packets"].holds
    verdict = explore(Scenario("dedup", client=AcksTwice), 0, most_packets=SIX).promises["few_packets"]
    assert not verdict.holds
    assert why_broken(verdict.trace, "few_packets").startswith("9 packets were sent: 2 ack:R, 2 ack:A, 2 ack:N")


def test_it_is_judged_only_if_asked():
    assert "few_packets" not in explore(Scenario("dedup"), 0).promises
    assert "few_packets" not in json.loads(check(Scenario("dedup"), 0).to_json())["promises"]
    assert (
        json.loads(check(Scenario("dedup"), 0, most_packets=6).to_json())["promises"]["few_packets"]["holds"] is False
    )


def test_a_bound_that_is_none_and_a_group():
    friends = Scenario("group", groups={"all": ["alice", "bob"]}, say=[Say("hi", to="all")], retries=0)
    for search in (explore, check):
        with pytest.raises(InputError, match=r"^most_packets: expected"):
            search(Scenario("dedup"), 0, most_packets=-1)
    with pytest.raises(InputError, match=r"^most_packets: heartbeats of groups go on for ever"):
        check(friends, 0, most_packets=6)
    assert explore(friends, 0, most_packets=1000).promises["few_packets"].holds


def test_on_the_command_line(capsys):
    assert main(["explore", "dedup", "--faults", "1", "--most-packets", "6"]) == 0
    assert "No more packets than allowed              few_packets          ✕ broken" in capsys.readouterr().out
    for more, told in [
        (["--most-packets", "none"], "imteach check: --most-packets: expected a whole number"),
        (["--most-packets", "6", "--format", "dot"], "imteach check: --most-packets: a graph judges no traffic"),
    ]:
        with pytest.raises(SystemExit) as ended:
            main(["check", "basic", "--faults", "0", *more])
        assert ended.value.code == 2
        assert capsys.readouterr().err.startswith(told)


def test_with_room_for_one_try_the_first_lost_packet_breaks_it():
    verdict = explore(Scenario("dedup"), 1, most_packets=6).promises["few_packets"]
    assert verdict.broken_by == (Drop("m1/msg:R#1"),)
