// @ts-check
// The packets in the picture: which one is meant, which one is in use, and what a click on it asks for.

import { asks } from "./live.js";

/** @typedef {import("./lab_page.js").Page} Page */

/**
 * How far each key moves in the row of packets.
 * @type {Record<string, number>}
 */
const MOVES = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, Home: -Infinity, End: Infinity };

/** What a click on a packet asks for: the opposite of what the picture shows, even if Python knows better by now.
 * @param {SVGElement} packet
 */
const wished = ({ dataset }) => ({ do: dataset.fate === "dropped" ? "spare" : "drop", packet: dataset.packet });

/**
 * @param {HTMLElement} drawing
 * @returns {SVGElement[]}
 */
const packetsIn = (drawing) => Array.from(drawing.querySelectorAll("[data-packet]"));

/**
 * @param {Event} event
 * @returns {SVGElement | null}
 */
const packetOf = (event) => /** @type {Element} */ (event.target).closest("[data-packet]");

/** How far a place on the screen is from a packet's line.
 * @param {SVGLineElement} line
 * @param {number} x
 * @param {number} y
 */
function distance(line, x, y) {
  const here = new DOMPoint(x, y).matrixTransform(/** @type {DOMMatrix} */ (line.getScreenCTM()).inverse());
  const [from, to] = [line.getPointAtLength(0), line.getPointAtLength(line.getTotalLength())];
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const along = ((here.x - from.x) * dx + (here.y - from.y) * dy) / (dx * dx + dy * dy || 1);
  const part = Math.min(1, Math.max(0, along));
  return Math.hypot(from.x + part * dx - here.x, from.y + part * dy - here.y);
}

/** The packet that is meant at a place: whose label is there, else whose line is nearest.
 * @param {MouseEvent} event
 * @param {HTMLElement} drawing
 */
function packetAt(event, drawing) {
  if (!(/** @type {Element} */ (event.target).matches(".imt-hit"))) return packetOf(event);
  const { clientX, clientY } = event;
  const here = /** @type {Document | ShadowRoot} */ (drawing.getRootNode()).elementsFromPoint(clientX, clientY);
  const hits = here.filter((element) => element.matches(".imt-hit") && drawing.contains(element));
  const close = hits.map((hit) => /** @type {Element} */ (hit.parentElement));
  const all = /** @type {Element[]} */ (packetsIn(drawing));
  const lines = drawing.querySelectorAll("line.imt-line"); // one for each packet, in their order
  const far = close.map((packet) => distance(/** @type {any} */ (lines[all.indexOf(packet)]), clientX, clientY));
  return /** @type {any} */ (close[far.indexOf(Math.min(...far))]) ?? packetOf(event);
}

/**
 * Show which packet a click would be for, as the mouse moves.
 * @param {Page} page
 */
function showMeant({ picture, drawing }) {
  picture.addEventListener("pointermove", (event) => {
    const meant = packetAt(event, drawing);
    const before = picture.querySelector(".lab-meant");
    if (before === meant) return;
    before?.classList.remove("lab-meant");
    meant?.classList.add("lab-meant");
  });
  picture.addEventListener("pointerleave", () => picture.querySelector(".lab-meant")?.classList.remove("lab-meant"));
}

/** Where a key leads from a packet.
 * @param {SVGElement[]} all
 * @param {SVGElement} packet
 * @param {string} key
 */
const ledTo = (all, packet, key) => all[Math.max(0, Math.min(all.length - 1, all.indexOf(packet) + MOVES[key]))];

/**
 * Let packets be clicked: `wish` is called with what that asks for. One of them is in the page's tab order, and the
 * arrow keys move among them: `focus` gives it the focus, and call `renew` when they were drawn anew.
 * @param {Page} page
 * @param {(message: object) => void} wish
 * @returns {{focus: () => void, renew: () => void}}
 */
export function watchPackets(page, wish) {
  const { picture, drawing } = page;
  let current = ""; // the name of the packet in the tab order
  let place = 0; // where it stands among the others

  /**
   * Make this packet the one in the tab order.
   * @param {SVGElement | undefined} packet
   */
  function choose(packet) {
    for (const other of picture.querySelectorAll('[tabindex="0"]')) other.setAttribute("tabindex", "-1");
    packet?.setAttribute("tabindex", "0");
    current = packet?.dataset.packet ?? current;
    place = packet ? packetsIn(drawing).indexOf(packet) : 0;
  }

  /**
   * @param {SVGElement} packet
   */
  function toggle(packet) {
    choose(packet);
    wish(wished(packet));
  }

  function renew() {
    const all = packetsIn(drawing);
    for (const packet of all) packet.dataset.asks = asks(wished(packet));
    choose(all.find((packet) => packet.dataset.packet === current) ?? all[Math.min(place, all.length - 1)]);
  }

  picture.addEventListener("click", (event) => {
    const packet = packetAt(event, drawing);
    if (packet) toggle(packet);
  });
  showMeant(page);
  picture.addEventListener("focusin", (event) => {
    const packet = packetOf(event);
    if (packet) choose(packet);
  });
  picture.addEventListener("keydown", (event) => {
    const packet = packetOf(event);
    if (!packet || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (!event.repeat) toggle(packet);
    } else if (event.key in MOVES) {
      event.preventDefault();
      ledTo(packetsIn(drawing), packet, event.key).focus();
    }
  });
  return { focus: () => packetsIn(drawing)[place]?.focus({ preventScroll: true }), renew };
}
