// @ts-check
// What a reason is about, in a picture: the packets that it names light up there, and the lines that tell its events.

import { WAYS } from "./lab_marks.js";
import { make } from "./live.js";

/**
 * @typedef {object} Reason
 * @property {string} text
 * @property {number} event
 * @property {string[]} packets which it is about
 */

/**
 * A reason as a button that marks what it is about.
 * @param {Reason} reason
 */
export function makeReason({ text, event, packets }) {
  const marks = { "data-marks": packets.join(" "), "data-marks-event": String(event) };
  const button = make("button", { type: "button", class: "lab-reason", dir: "auto", ...marks }, text);
  return make("li", {}, button);
}

/**
 * Let these packets and events of a picture stand out, and no others.
 * @param {Element} svg
 * @param {string[]} packets
 * @param {number[]} events
 */
export function lightUp(svg, packets, events) {
  for (const lit of svg.querySelectorAll(".lab-led")) lit.classList.remove("lab-led");
  const [names, numbers] = [new Set(packets), new Set(events.map(String))];
  const ways = svg.querySelectorAll(WAYS);
  Array.from(svg.querySelectorAll("[data-packet]")).forEach((packet, place) => {
    if (!names.has(/** @type {SVGElement} */ (packet).dataset.packet ?? "")) return;
    packet.classList.add("lab-led");
    ways[place]?.classList.add("lab-led");
  });
  for (const told of svg.querySelectorAll("[data-event]")) {
    if (numbers.has(told.getAttribute("data-event") ?? "")) told.classList.add("lab-led");
  }
}

/**
 * Mark what a sentence is about: its packets, or the line that tells its event. Returns the first of them.
 * @param {Element} drawing
 * @param {string} packets their names, with spaces between
 * @param {string} [event]
 */
export function markIn(drawing, packets, event = "") {
  const named = packets.split(" ").filter(Boolean);
  for (const marked of drawing.querySelectorAll(".lab-marked")) marked.classList.remove("lab-marked");
  const found = named.map((name) => drawing.querySelector(`[data-packet="${CSS.escape(name)}"]`));
  if (!found.some(Boolean) && event) found.push(drawing.querySelector(`[data-event="${CSS.escape(event)}"]`));
  for (const element of found) element?.classList.add("lab-marked");
  return found.find(Boolean);
}

/**
 * Mark it, and bring it into sight.
 * @param {Element} drawing
 * @param {string} packets
 * @param {string} [event]
 */
export function pointTo(drawing, packets, event) {
  markIn(drawing, packets, event)?.scrollIntoView({ block: "nearest", inline: "nearest" });
}
