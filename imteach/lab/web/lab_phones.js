// @ts-check
// The phones: what each person sees at a moment, and what they can do there. A phone stays where it is while its chat
// is made anew, so that nobody loses what they are typing.

import { asks, make } from "./live.js";
import { entryAt } from "./clock.js";
import { makeSlots, write } from "./lab_slots.js";

/**
 * @typedef {object} Bubble
 * @property {boolean} own
 * @property {string} msgid
 * @property {string} text
 * @property {string} who
 * @property {number} since
 * @property {[number, string, string][]} notes from when on which note, and in which mood
 * @property {string} [said] the first msgid of what its own person said
 * @property {[string, number | null][]} [seen] who is to see it, and from when on they have
 *
 * @typedef {object} Chat
 * @property {string} person
 * @property {Bubble[]} bubbles
 * @property {number} earlier
 * @property {[number, number | null][]} away when this person was logged out
 * @property {[number, number | null][]} down when their client was down
 * @property {string[]} to to whom they can say something
 */

const MOST = 10000; // characters of a message

/**
 * @param {[number, number | null][]} spans
 * @param {number} t
 */
const isIn = (spans, t) => spans.some(([from, to]) => from <= t && (to === null || t < to));

function makeBubble() {
  const who = make("div", { class: "lab-who" });
  const line = make("div", { class: "lab-text", dir: "auto" });
  const note = make("div", { class: "lab-note" });
  const again = make("button", { type: "button", class: "lab-button lab-small" }, "Send again");
  const unseen = make("button", { type: "button", class: "lab-link-button lab-not-seen" });
  const element = make("li", { class: "lab-bubble" }, who, line, note, unseen, again);
  /** @type {Bubble} */
  let bubble = { own: false, msgid: "", text: "", who: "", since: 0, notes: [] };
  return {
    element,
    /** @param {Bubble} changed */
    renew(changed) {
      bubble = changed;
      write(line, bubble.text);
      write(who, bubble.who);
      who.hidden = !bubble.who;
      element.dataset.msgid = again.dataset.resend = bubble.msgid;
      element.dataset.own = String(bubble.own);
      again.dataset.asks = asks({ do: "resend", msgid: bubble.msgid });
    },
    /** @param {number} t */
    show(t) {
      const { own, since, notes, said, seen = [] } = bubble;
      const [changed, words, mood] = entryAt(notes, t) ?? [NaN, "", ""];
      element.hidden = since > t;
      write(note, words);
      element.dataset.mood = mood;
      element.toggleAttribute("data-changed", since === t || changed === t);
      again.hidden = !(own && mood === "failed");
      const missing = seen.find(([, from]) => from === null || from > t)?.[0];
      unseen.hidden = missing === undefined;
      if (missing === undefined) return;
      const asked = { do: "why not", msgid: said, who: missing };
      write(unseen, `${missing}: why not?`);
      unseen.setAttribute("aria-label", `${missing}: why not? It has not been shown to ${missing}`);
      unseen.dataset.question = JSON.stringify(asked);
      unseen.dataset.asks = asks(asked);
    },
  };
}

/**
 * One phone, still empty.
 * @param {string} person
 * @param {(message: Record<string, any>) => void} wish
 * @param {() => number} now
 */
function makePhone(person, wish, now) {
  const name = make("div", { class: "lab-name" }, person);
  const online = /** @type {HTMLInputElement} */ (make("input", { type: "checkbox", role: "switch" }));
  const word = make("span");
  online.setAttribute("aria-label", `${person} is online`); // whether or not it is so: that says the switch's state
  const label = make("label", { class: "lab-online" }, online, word);
  const chat = make("ol", { class: "lab-chat", role: "list" });
  const none = make("p", { class: "lab-empty" }, "no messages");
  const text = /** @type {HTMLInputElement} */ (
    make("input", { type: "text", maxlength: String(MOST), placeholder: "say …", autocomplete: "off" })
  );
  text.setAttribute("aria-label", `${person} says something`);
  const to = /** @type {HTMLSelectElement} */ (make("select", { "aria-label": "to" }));
  const send = make("button", { type: "submit", class: "lab-button lab-small" }, "Say");
  const form = make("form", { class: "lab-say" }, text, to, send);
  const frame = { class: "lab-phone", "data-phone": person, role: "group", "aria-label": `${person}'s phone` };
  const element = make("div", frame, make("div", { class: "lab-phone-head" }, name, label), chat, none, form);
  const earlier = make("li", { class: "lab-earlier" });
  chat.append(earlier);
  const bubbles = makeSlots(chat, makeBubble);

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!text.value.trim()) return;
    wish({ do: "say", sender: person, to: to.value, text: text.value, at: now() });
    text.value = "";
  });
  online.addEventListener("change", () => wish({ do: "presence", person, online: online.checked, at: now() }));
  chat.addEventListener("click", (event) => {
    const msgid = /** @type {HTMLElement} */ (event.target).dataset.resend;
    if (msgid) wish({ do: "resend", msgid, at: now() });
  });

  /** @type {Chat} */
  let shown = { person, bubbles: [], earlier: 0, away: [], down: [], to: [] };

  /** @param {Chat} changed */
  function renew(changed) {
    shown = changed;
    bubbles.renew(changed.bubbles);
    write(earlier, changed.earlier ? `… ${changed.earlier} earlier` : "");
    earlier.hidden = !changed.earlier;
    if (Array.from(to.children, (option) => /** @type {HTMLOptionElement} */ (option).value).join() !== changed.to.join()) {
      to.replaceChildren(...changed.to.map((other) => make("option", { value: other }, `to ${other}`)));
    }
    to.hidden = changed.to.length < 2;
    form.hidden = !changed.to.length;
  }

  /** @param {number} t */
  function show(t) {
    bubbles.show(t);
    const isDown = isIn(shown.down, t);
    const isAway = isIn(shown.away, t);
    element.toggleAttribute("data-away", isAway || isDown);
    online.checked = !isAway && !isDown;
    online.disabled = isDown; // its person cannot do anything until it has started again
    write(word, isDown ? "crashed" : isAway ? "offline" : "online");
    none.hidden = shown.bubbles.some(({ since }) => since <= t);
  }
  return { element, renew, show };
}

/**
 * The phones of a lab; those of the same people stay.
 * @param {HTMLElement} place
 * @param {(message: Record<string, any>) => void} wish
 * @param {() => number} now
 */
export function makePhones(place, wish, now) {
  /** @type {Map<string, ReturnType<typeof makePhone>>} */
  let phones = new Map();
  return {
    /** @param {Chat[]} chats */
    renew(chats) {
      const before = phones;
      phones = new Map(chats.map(({ person }) => [person, before.get(person) ?? makePhone(person, wish, now)]));
      if ([...before.keys()].join() !== [...phones.keys()].join()) {
        place.replaceChildren(...[...phones.values()].map(({ element }) => element));
      }
      for (const chat of chats) phones.get(chat.person)?.renew(chat);
    },
    /** @param {number} t */
    show(t) {
      for (const phone of phones.values()) phone.show(t);
    },
  };
}
