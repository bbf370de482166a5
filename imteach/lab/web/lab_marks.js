// @ts-check
// A picture that came as markup becomes one that can show a moment: what tells an event, which head is whose, where a
// link is, and a veil over what has not happened yet. Python says all of that in the order in which it was drawn.

/**
 * @typedef {object} Drawn
 * @property {import("./clock.js").Mark[]} axis
 * @property {[number, number, string][]} notes the event that each line tells, its time, and whose line it is
 * @property {[number, number][]} packets when each was sent, and when its way ended
 * @property {string[]} nodes
 * @property {[string, number, number, number][]} links
 */

import { ms } from "./clock.js";

// The parts of a packet: its way, one for each packet in their order; and of its button what can be hit, and the label.
export const WAYS = ".imt-ways > g";
export const HIT = "[data-packet] > path:first-child";
export const PILL = "[data-packet] > rect";

const SVG = "http://www.w3.org/2000/svg";
export const SERVER = "server";

/**
 * Make an element of a picture.
 * @param {string} tag
 * @param {Record<string, string | number>} attributes
 * @param {...Element} children
 * @returns {SVGElement}
 */
export function makeSvg(tag, attributes, ...children) {
  const element = /** @type {SVGElement} */ (document.createElementNS(SVG, tag));
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/**
 * Put elements that stand beside each other into a group.
 * @param {Record<string, string | number>} attributes
 * @param {Element[]} parts
 */
function group(attributes, parts) {
  const made = makeSvg("g", attributes);
  parts[0].before(made);
  made.append(...parts);
  return made;
}

/**
 * Where a packet's way begins and ends: x and y of both, in pixels of the picture.
 * @param {Element} way
 */
export function endsOf(way) {
  const numbers = way.querySelector("path")?.getAttribute("d")?.match(/-?[\d.]+/g) ?? [];
  const [x, y, across, down] = numbers.map(Number);
  return [x, y, x + across, y + down];
}

/**
 * Where the times end and the rules across a picture begin, if it has times.
 * @param {Element | null} svg
 */
export function edgeOf(svg) {
  const rules = svg?.querySelector(".imt-rule")?.getAttribute("d");
  return rules ? parseFloat(rules.slice(1)) : null;
}

/**
 * What stands beside the lifelines, each line with its bubble or its paper.
 * @param {Element} svg
 */
function linesBeside(svg) {
  const lines = Array.from(svg.children).filter((part) => part.matches(".imt-note:not(.imt-cut-words, .imt-idle)"));
  return lines.map((line) => {
    const behind = line.previousElementSibling;
    return behind?.matches(".imt-bubble, .imt-paper") ? [behind, line] : [line];
  });
}

/**
 * Mark everything in a picture that can be pointed at, and return what the moment is shown with.
 * @param {Element} svg
 * @param {Drawn} drawn
 */
export function markPicture(svg, { notes, packets, nodes, links }) {
  const cards = Array.from(svg.querySelectorAll(".imt-card"));
  cards.forEach((card, place) => {
    const words = [card.nextElementSibling, card.nextElementSibling?.nextElementSibling];
    const node = nodes[place];
    const label = `The lifeline of ${node === SERVER ? `the ${node}` : node}`;
    const named = { class: "lab-head", role: "button", tabindex: -1, "data-node": node, "aria-label": label };
    group(named, /** @type {Element[]} */ ([card, ...words]));
  });
  const told = linesBeside(svg).map((parts, place) => {
    const [event, t, node] = notes[place];
    const label = `${node} at ${ms(t)}: ${parts[parts.length - 1].textContent}`;
    return group({ class: "lab-told", tabindex: -1, "data-event": event, "data-t": t, "aria-label": label }, parts);
  });
  Array.from(svg.querySelectorAll("[data-packet]")).forEach((packet, place) => {
    packet.setAttribute("data-t", String(packets[place][0]));
    packet.setAttribute("tabindex", "-1");
    packet.setAttribute("aria-pressed", String(packet.getAttribute("data-fate") === "dropped"));
  });
  const veil = makeSvg("rect", { class: "lab-veil", x: 0, width: "100%", y: 0, height: 0 });
  const flying = makeSvg("g", { class: "lab-flying", "aria-hidden": "true" });
  const after = svg.querySelector(".lab-told, .imt-cut-words, .imt-packets");
  for (const part of [veil, flying]) after ? after.before(part) : svg.append(part);
  svg.append(...links.map((link) => makeLink(link, nodes, cards)));
  return { told, veil, flying };
}

/**
 * How a link is drawn: straight to the server's head, or over the heads that stand between.
 * @param {Element[]} between the heads from the person's to the server's, with these two
 * @param {[number, number]} gap where the link leaves the person's head, and where the next head begins
 * @param {number} y the middle of the heads
 * @returns {{way: string, middle: number, height: number}} and the place where it is cut
 */
function wayOf(between, [x0, x1], y) {
  if (between.length < 3) return { way: `M${x0} ${y}H${x1}`, middle: (x0 + x1) / 2, height: y };
  const boxes = between.map((card) => ["x", "y", "width"].map((name) => Number(card.getAttribute(name))));
  const [[x, top, width], [next], [end]] = [boxes[0], boxes[1], boxes[boxes.length - 1]];
  const far = between.length - 2; // each link at a height of its own
  const [height, aside] = [top - 4 - 5 * far, Math.sign(x - end) * 12 * far];
  const [start, stop] = [x + width / 2, end + width / 2 + aside];
  return { way: `M${start} ${top}V${height}H${stop}V${top}`, middle: next + width / 2, height };
}

/**
 * A person's link to the server, to be cut: between the heads.
 * @param {[string, number, number, number]} link
 * @param {string[]} nodes
 * @param {Element[]} cards
 */
function makeLink([person, x0, x1, y], nodes, cards) {
  const [from, to] = [nodes.indexOf(person), nodes.indexOf(SERVER)];
  const between = cards.slice(Math.min(from, to), Math.max(from, to) + 1);
  const { way, middle, height } = wayOf(from < to ? between : between.reverse(), [x0, x1], y);
  const wide = Math.abs(x1 - x0);
  const label = `The link between ${person} and the server`;
  return makeSvg(
    "g",
    { class: "lab-link", role: "button", tabindex: -1, "data-link": `${person}-${SERVER}`, "aria-label": label },
    makeSvg("rect", { class: "lab-link-hit", x: middle - wide / 2, y: height - 14, width: wide, height: 28 }),
    makeSvg("path", { class: "lab-link-line", d: way }),
    makeSvg("circle", { class: "lab-link-knob", cx: middle, cy: height, r: 10 }),
    makeSvg("path", { class: "lab-link-sign", d: `M${middle - 3} ${height - 5}l1 10M${middle + 3} ${height - 5}l-1 10` }),
  );
}
