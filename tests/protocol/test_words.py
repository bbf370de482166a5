"""The words of the protocol, which a learner meets in lessons and labs: what it says, sign by sign."""

from imteach.protocol import KINDS, LADDER, STATUSES, WAITS


def test_r_is_a_request_a_its_answer_and_n_a_notify_of_the_servers_own():
    assert KINDS == {
        "msg:R": "request: take this message",
        "msg:A": "acknowledge: the server has it",
        "msg:N": "notify: a message for you",
        "ack:R": "request: I have shown this message",
        "ack:A": "acknowledge: the server has that ack:R",
        "ack:N": "notify: the receiver has it",
        "offline:R": "request: give me what you kept for me",
        "offline:A": "acknowledge: the kept messages, possibly none",
        "offlineack:R": "request: I have these messages, delete them",
    }


def test_the_sign_for_each_status():
    assert STATUSES == {
        "sending": "◷",
        "sent": "✓",
        "delivered": "✓✓",
        "unconfirmed": "✓?",
        "failed": "!",
        "forgotten": "",
    }


def test_what_each_timer_is_for():
    assert WAITS == {
        "rto": "an answer is waited for",
        "pull": "an offline:A is waited for, as long as any other answer",
        "ack_delay": "a member of a group puts off its ack, to send one for several messages",
        "heartbeat": "a member of a group pulls, so that what was lost is found",
        "dedup_for": "a client remembers that it has shown a message, for so long",
        "store_for": "the server keeps a message for somebody who is away, for so long",
    }


def test_the_article_has_the_rungs_up_to_offline_and_groups_among_its_future_topics():
    assert {rung.name: rung.article for rung in LADDER.values()} == {
        "basic": "1–3",
        "acked": "4–5",
        "retransmit": "6–7",
        "dedup": "8",
        "offline": "9",
        "durable": "beyond",
        "ordered": "beyond",
        "group": "future topics",
    }


def test_the_one_idea_of_each_rung():
    assert [rung.adds for rung in LADDER.values()] == [
        "three packets: msg:R, msg:A, msg:N",
        "the receiver acknowledges too: ack:R, ack:A, ack:N",
        "the sender keeps each message in a waiting-ack queue and sends msg:R again until ack:N comes",
        "the receiver discards a message whose msgid it has shown, and still acks it",
        "the server stores a message for an absent receiver and makes the ack:N itself; it is pulled at login",
        "clients write what must survive a crash before they send the packet that promises it",
        "messages carry numbers, and the receiver holds back what comes early",
        "a message to many: the server stores one copy, and each member acks with a cursor",
    ]


def test_what_still_goes_wrong_at_each_rung():
    assert [rung.breaks for rung in LADDER.values()] == [
        "msg:N is lost: the sender shows ✓ and nobody ever knows",
        "a loss is noticed, but not repaired",
        "ack:R or ack:N is lost: the receiver sees the message twice",
        "the receiver is offline; a crash loses the dedup table",
        "a crash: the receiver loses its dedup table, the sender its waiting-ack queue",
        "order: a message that was sent again is shown after later ones",
        "there is only one receiver",
        "cost: every message goes out to every member",
    ]
