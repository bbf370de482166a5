// @ts-check
// Why something happened: what led to it lights up in the picture, and the reasons stand beside it as sentences.

import { speak } from "./lab_focus.js";
import { make } from "./live.js";

/** @typedef {import("./lab_page.js").Page} Page */

/**
 * @typedef {object} Reason
 * @property {string} text
 * @property {number} event
 * @property {string[]} packets which it is about
 *
 * @typedef {object} Why
 * @property {string} [title]
 * @property {Reason[]} [reasons]
 * @property {number[]} [events] all that led to it
 * @property {string[]} [packets]
 */

/** @param {Reason} reason */
function makeReason({ text, event, packets }) {
  const marks = { "data-marks": packets.join(" "), "data-marks-event": String(event) };
  const button = make("button", { type: "button", class: "lab-reason", dir: "auto", ...marks }, text);
  return make("li", {}, button);
}

/**
 * Show reasons, or put them away if there are none.
 * @param {Page} page
 */
export function makeWhy(page) {
  /** @type {Why} */
  let shown = {};

  /** Let all that led to it stand out in the picture. */
  function light() {
    const svg = page.drawing.querySelector("svg");
    if (!svg) return;
    const isOn = Boolean(shown.reasons);
    svg.classList.toggle("lab-asked", isOn);
    for (const lit of svg.querySelectorAll(".lab-led")) lit.classList.remove("lab-led");
    if (!isOn) return;
    const packets = new Set(shown.packets);
    const events = new Set((shown.events ?? []).map(String));
    const ways = Array.from(svg.querySelectorAll("line.imt-line")).map((line) => line.parentElement);
    Array.from(svg.querySelectorAll("[data-packet]")).forEach((packet, place) => {
      if (!packets.has(/** @type {SVGElement} */ (packet).dataset.packet ?? "")) return;
      packet.classList.add("lab-led");
      ways[place]?.classList.add("lab-led");
    });
    for (const told of svg.querySelectorAll("[data-event]")) {
      if (events.has(told.getAttribute("data-event") ?? "")) told.classList.add("lab-led");
    }
  }

  /**
   * Mark what a sentence is about.
   * @param {string} packets
   * @param {string} [event]
   */
  function mark(packets, event = "") {
    const named = packets.split(" ").filter(Boolean);
    for (const marked of page.drawing.querySelectorAll(".lab-marked")) marked.classList.remove("lab-marked");
    const found = named.map((name) => page.drawing.querySelector(`[data-packet="${CSS.escape(name)}"]`));
    if (!found.some(Boolean) && event) found.push(page.drawing.querySelector(`[data-event="${CSS.escape(event)}"]`));
    for (const element of found) element?.classList.add("lab-marked");
    found.find(Boolean)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  return {
    /** @param {Why} why */
    show(why) {
      shown = why ?? {};
      page.why.hidden = !shown.reasons;
      page.whyTitle.textContent = shown.title ?? "";
      if (shown.reasons?.length) speak(page.spoken, [shown.title, ...shown.reasons.map(({ text }) => text)].join(" "));
      if (!shown.reasons) mark("");
      page.reasons.replaceChildren(...(shown.reasons ?? []).map(makeReason));
      light();
    },
    light,
    mark,
    isOn: () => Boolean(shown.reasons),
  };
}
