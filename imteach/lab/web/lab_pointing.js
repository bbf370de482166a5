// @ts-check
// Pointing at things in the picture, by mouse, touch and keys: which one is meant, and which one is in use.

import { HIT, WAYS, edgeOf, endsOf } from "./lab_marks.js";
import { asks } from "./live.js";
import { targetOf } from "./lab_tools.js";

/** @typedef {import("./lab_page.js").Page} Page */
/** @typedef {ReturnType<typeof import("./lab_tools.js").makeTools>} Tools */

const ALL = "[data-packet], [data-event], [data-node], [data-link]";
const SAME = 4; // px; who moves the mouse no farther than that means the same place
const ON_LIFELINE = 22; // px of the picture: so near its lifeline a node is meant

/**
 * How far each key moves in the row of things that can be clicked.
 * @type {Record<string, number>}
 */
const MOVES = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, Home: -Infinity, End: Infinity };

/**
 * @param {HTMLElement} drawing
 * @returns {SVGElement[]}
 */
const packetsIn = (drawing) => Array.from(drawing.querySelectorAll("[data-packet]"));

/**
 * What an event is about. A head that stays in sight while the picture scrolls stands for the one in the picture, and
 * the dot of a packet in flight for the packet.
 * @param {Event} event
 * @param {HTMLElement} drawing
 * @returns {SVGElement | null}
 */
function thingOf({ target }, drawing) {
  const at = /** @type {Element} */ (target);
  const { headOf, flies } = /** @type {SVGElement | null} */ (at.closest("[data-head-of], [data-flies]"))?.dataset ?? {};
  if (headOf) return drawing.querySelector(`[data-node="${CSS.escape(headOf)}"]`);
  return flies ? drawing.querySelector(`[data-packet="${CSS.escape(flies)}"]`) : at.closest(ALL);
}

/**
 * A place on the screen as a place of the picture.
 * @param {SVGGraphicsElement} within
 * @param {MouseEvent} event
 */
const placeIn = (within, { clientX, clientY }) =>
  new DOMPoint(clientX, clientY).matrixTransform(/** @type {DOMMatrix} */ (within.getScreenCTM()).inverse());

/**
 * How far a place on the screen is from a packet's line.
 * @param {SVGGraphicsElement} way
 * @param {MouseEvent} event
 */
function distance(way, event) {
  const here = placeIn(way, event);
  const [x0, y0, x1, y1] = endsOf(way);
  const [dx, dy] = [x1 - x0, y1 - y0];
  const along = ((here.x - x0) * dx + (here.y - y0) * dy) / (dx * dx + dy * dy || 1);
  const part = Math.min(1, Math.max(0, along));
  return Math.hypot(x0 + part * dx - here.x, y0 + part * dy - here.y);
}

/**
 * The thing that is meant at a place: a packet whose label is there, else the one whose line is nearest.
 * @param {MouseEvent} event
 * @param {HTMLElement} drawing
 */
function thingAt(event, drawing) {
  if (!(/** @type {Element} */ (event.target).matches(HIT))) return thingOf(event, drawing);
  const root = /** @type {Document | ShadowRoot} */ (drawing.getRootNode());
  const here = root.elementsFromPoint(event.clientX, event.clientY);
  const hits = here.filter((element) => element.matches(HIT) && drawing.contains(element));
  const close = hits.map((hit) => /** @type {Element} */ (hit.parentElement));
  const all = /** @type {Element[]} */ (packetsIn(drawing));
  const ways = drawing.querySelectorAll(WAYS);
  const far = close.map((packet) => distance(/** @type {any} */ (ways[all.indexOf(packet)]), event));
  return /** @type {SVGElement | null} */ (close[far.indexOf(Math.min(...far))]) ?? thingOf(event, drawing);
}

/**
 * The node on whose lifeline a place is.
 * @param {MouseEvent} event
 * @param {HTMLElement} drawing
 */
function nodeAt(event, drawing) {
  const svg = /** @type {SVGSVGElement | null} */ (drawing.querySelector("svg"));
  if (!svg) return undefined;
  const { x } = placeIn(svg, event);
  const heads = /** @type {SVGElement[]} */ (Array.from(drawing.querySelectorAll("[data-node]")));
  return heads.find((head) => {
    const card = /** @type {SVGRectElement} */ (head.querySelector("rect"));
    return Math.abs(card.x.baseVal.value + card.width.baseVal.value / 2 - x) <= ON_LIFELINE;
  })?.dataset.node;
}

/**
 * Whether a place is at the left, where the times stand.
 * @param {MouseEvent} event
 * @param {HTMLElement} drawing
 */
function isAtTheTimes(event, drawing) {
  const svg = /** @type {SVGSVGElement | null} */ (drawing.querySelector("svg"));
  const edge = edgeOf(svg);
  return svg !== null && edge !== null && placeIn(svg, event).x < edge + 20;
}

/**
 * Show what a click would be for, as the mouse moves.
 * @param {Page} page
 * @param {Tools} tools
 * @param {(event: MouseEvent) => SVGElement | null} meantAt
 * @param {(thing: SVGElement | null) => void} meaning is called with what is meant now
 */
function showMeant({ picture }, tools, meantAt, meaning) {
  picture.addEventListener("pointermove", (event) => {
    const at = meantAt(event);
    const meant = at && tools.canUse(at) ? at : null;
    const before = picture.querySelector(".lab-meant");
    if (before === meant) return;
    before?.classList.remove("lab-meant");
    meant?.classList.add("lab-meant");
    meaning(meant);
  });
  picture.addEventListener("pointerleave", () => {
    picture.querySelector(".lab-meant")?.classList.remove("lab-meant");
    meaning(null);
  });
}

/**
 * Let things in the picture be clicked. One of them is in the page's tab order, and the arrow keys move among them:
 * `focus` gives it the focus; call `renew` when they were drawn anew or another tool is chosen.
 * @param {Page} page
 * @param {Tools} tools
 * @param {{momentAt: (event: MouseEvent) => number, goTo: (t: number) => void}} time
 * @param {ReturnType<typeof import("./lab_ready.js").makeReady>} ready
 * @returns {{focus: (how?: FocusOptions) => void, renew: () => void}}
 */
export function watchPointing(page, tools, { momentAt, goTo }, ready) {
  const { picture, drawing } = page;
  let current = ""; // what is in the tab order
  let place = 0; // where it stands among the others

  /** @param {Element} thing */
  const nameOf = (thing) => asks(targetOf(thing));

  /**
   * Make this the one in the tab order.
   * @param {SVGElement | undefined} thing
   */
  function choose(thing) {
    for (const other of picture.querySelectorAll('[tabindex="0"]')) other.setAttribute("tabindex", "-1");
    thing?.setAttribute("tabindex", "0");
    current = thing ? nameOf(thing) : current;
    place = thing ? Math.max(0, tools.targets().indexOf(thing)) : 0;
  }

  /** @param {SVGElement} thing */
  function use(thing) {
    choose(thing);
    tools.use(thing);
  }

  function renew() {
    const all = tools.targets();
    for (const thing of drawing.querySelectorAll(ALL)) {
      const can = tools.canUse(thing);
      thing.classList.toggle("lab-can", can);
      if (!thing.matches("[data-packet]")) thing.toggleAttribute("data-asks", false);
      if (thing.matches("[data-event]")) can ? thing.setAttribute("role", "button") : thing.removeAttribute("role");
      else if (!thing.matches("[data-packet]")) thing.setAttribute("aria-disabled", String(!can));
      if (thing.matches("[data-link]")) thing.setAttribute("aria-hidden", String(!can)); // as it is to the eye
    }
    for (const packet of packetsIn(drawing)) packet.dataset.asks = asks(tools.wished(targetOf(packet)));
    choose(all.find((thing) => nameOf(thing) === current) ?? all[Math.min(place, all.length - 1)]);
  }

  /**
   * Ask what a click on this would show; reasons are not asked for before they are wanted.
   * @param {SVGElement | null} thing
   * @param {"now" | "soon"} when
   */
  function getReady(thing, when) {
    if (thing && tools.canUse(thing) && !tools.isAsking()) ready[when](tools.wished(targetOf(thing)));
    else ready.never();
  }

  /** @type {{x: number, y: number, packet: string} | null} where a packet was clicked last */
  let last = null;

  /**
   * The thing that is meant at a place. A packet that was clicked there is meant again, though its label, or the whole
   * picture, has moved since: what a click did, the next one takes back. Unless another label stands there now.
   * @param {MouseEvent} event
   */
  function meantAt(event) {
    const at = /** @type {Element} */ (event.target);
    if (at.closest("[data-packet]") && !at.matches(HIT)) return thingOf(event, drawing);
    const isByHand = event.detail > 0 || /** @type {any} */ (event).pointerType; // else it has no place
    const isSame = last && isByHand && Math.hypot(event.clientX - last.x, event.clientY - last.y) <= SAME;
    if (!isSame) last = null;
    const same = last && drawing.querySelector(`[data-packet="${CSS.escape(last.packet)}"]`);
    return /** @type {SVGElement | null} */ (same) ?? thingAt(event, drawing);
  }

  picture.addEventListener("wheel", () => (last = null), { passive: true });
  picture.addEventListener("pointerdown", (event) => getReady(meantAt(event), "now"));
  picture.addEventListener("click", (event) => {
    const at = /** @type {Element} */ (event.target);
    if (at.closest(".lab-grip")) return;
    const thing = meantAt(event);
    if (thing && tools.canUse(thing)) {
      const { packet } = thing.dataset;
      last = packet === undefined ? null : { x: event.clientX, y: event.clientY, packet };
      use(thing);
      return;
    }
    const node = tools.isOnNodes() ? nodeAt(event, drawing) : undefined;
    const head = node && drawing.querySelector(`[data-node="${CSS.escape(node)}"]`);
    if (node && head && tools.canUse(head)) tools.useAt(node, momentAt(event));
    else if (thing) tools.missed();
    else if (isAtTheTimes(event, drawing)) goTo(momentAt(event));
  });
  showMeant(page, tools, meantAt, (thing) => getReady(thing, "soon"));
  picture.addEventListener("focusin", (event) => {
    const thing = thingOf(event, drawing);
    if (!thing) return;
    choose(thing);
    getReady(thing, "soon");
  });
  picture.addEventListener("keydown", (event) => {
    const thing = thingOf(event, drawing);
    if (!thing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (!event.repeat && tools.canUse(thing)) use(thing);
    } else if (event.key in MOVES) {
      event.preventDefault();
      const all = tools.targets();
      all[Math.max(0, Math.min(all.length - 1, all.indexOf(thing) + MOVES[event.key]))]?.focus();
    }
  });
  return { focus: (how = { preventScroll: true }) => tools.targets()[place]?.focus(how), renew };
}
