/* The rung `dedup` in Promela, SPIN's language: alice says MESSAGES things to bob, and at most FAULTS packets are lost.

   The three nodes do what PROTOCOL.md says in section 3, under the rules of `imteach check`: there is no clock, any
   packet in flight may arrive next, a timer that runs may run out at any moment, and alice says things in their order,
   each at any moment. What a node does with one packet is one step (d_step). Messages have nothing to do with each other
   but the order in which they are said, so each node is a process for each message: its pid says which.

   With DEDUP=0 it is the rung `retransmit`. spin.py runs both, and holds what SPIN finds beside what `imteach check` does.
*/

#ifndef MESSAGES
#define MESSAGES 2
#endif
#ifndef RETRIES
#define RETRIES 1
#endif
#ifndef FAULTS
#define FAULTS 1
#endif
#ifndef DEDUP
#define DEDUP 1
#endif

mtype = { nothing, sending, sent, delivered, failed };

/* The packets in flight: how many of each kind, for each message. So there is no order among them. */
byte msg_R[MESSAGES], msg_A[MESSAGES], msg_N[MESSAGES], ack_R[MESSAGES], ack_A[MESSAGES], ack_N[MESSAGES];

/* alice */
byte said;                          /* how many of her messages she has said */
mtype status[MESSAGES] = nothing;   /* what she sees beside each */
byte tries[MESSAGES];               /* her waiting-ack queue: how often msg:R was transmitted; 0: it is not there */
bool timer[MESSAGES];               /* whether it runs */

/* bob */
bool dedup[MESSAGES];               /* the msgids that he has shown */
byte shown[MESSAGES];               /* how often each was shown; only the promises ask that */

byte struck;                        /* how many faults have struck */

active [MESSAGES] proctype alice()
{
	byte m = _pid % MESSAGES;
end:	do
	:: d_step { said == m ->
		said++; status[m] = sending; tries[m] = 1; msg_R[m]++; timer[m] = true
	   }
	:: d_step { msg_A[m] > 0 ->
		msg_A[m]--;
		if
		:: status[m] == sending -> status[m] = sent
		:: else
		fi
	   }
	:: d_step { ack_N[m] > 0 ->     /* however late it comes */
		ack_N[m]--;
		if
		:: status[m] != delivered -> timer[m] = false; tries[m] = 0; status[m] = delivered
		:: else
		fi
	   }
	:: d_step { timer[m] ->         /* it runs out; if there are tries left it is started again */
		if
		:: tries[m] <= RETRIES -> tries[m]++; msg_R[m]++
		:: else -> timer[m] = false; tries[m] = 0; status[m] = failed
		fi
	   }
	od
}

active [MESSAGES] proctype server()     /* it keeps nothing; bob is always online */
{
	byte m = _pid % MESSAGES;
end:	do
	:: d_step { msg_R[m] > 0 -> msg_R[m]--; msg_A[m]++; msg_N[m]++ }
	:: d_step { ack_R[m] > 0 -> ack_R[m]--; ack_A[m]++; ack_N[m]++ }
	od
}

active [MESSAGES] proctype bob()
{
	byte m = _pid % MESSAGES;
end:	do
	:: d_step { msg_N[m] > 0 ->
		msg_N[m]--;
		if
		:: dedup[m]
		:: else -> shown[m]++; dedup[m] = DEDUP
		fi;
		ack_R[m]++              /* in both cases */
	   }
	:: d_step { ack_A[m] > 0 -> ack_A[m]-- }
	od
}

#define lose(packet) d_step { struck < FAULTS && packet[m] > 0 -> packet[m]--; struck++ }

active [MESSAGES] proctype network()
{
	byte m = _pid % MESSAGES;
end:	do
	:: lose(msg_R) :: lose(msg_A) :: lose(msg_N)
	:: lose(ack_R) :: lose(ack_A) :: lose(ack_N)
	od
}

/* The promises, judged when nothing else can happen, which is what `timeout` means in Promela: all is said, nothing is
   in flight, no timer runs. They are no part of a state (hidden). */
hidden byte no_duplicates, no_false_delivery, no_silent_loss, no_false_failure, all_delivered;

active [MESSAGES] proctype judge()
{
	byte m = _pid % MESSAGES;
end:	do
	:: atomic { timeout ->
		no_duplicates = shown[m] <= 1;
		no_false_delivery = status[m] != delivered || shown[m] > 0;
		no_silent_loss = status[m] == failed || shown[m] > 0;
		no_false_failure = status[m] != failed || shown[m] == 0;
		all_delivered = status[m] == delivered && shown[m] > 0;
		assert(no_duplicates);
		assert(no_false_delivery);
		assert(no_silent_loss);
		assert(no_false_failure);
		assert(all_delivered)
	   }
	od
}
