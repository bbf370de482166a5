// @ts-check
// The toolbar: which tool is in the hand, what it can be used on, and what a click with it asks of Python.

import { TOOLS } from "./actions.js";
import { asks } from "./live.js";
import { SERVER } from "./lab_marks.js";

/** @typedef {import("./lab_page.js").Page} Page */
/** @typedef {import("./lab_parts.js").FaultRow} FaultRow */

/**
 * What a thing in the picture is: the name of its kind, and its own.
 * @param {Element} element
 */
export function targetOf(element) {
  const { packet, node, link, event } = /** @type {SVGElement} */ (element).dataset;
  if (packet !== undefined) return { packet };
  if (node !== undefined) return { node };
  if (link !== undefined) return { link };
  return { event: Number(event) };
}

/**
 * The tool in the learner's hand.
 * @param {Page} page
 * @param {(message: Record<string, any>) => void} wish
 * @param {() => number} now
 */
export function makeTools(page, wish, now) {
  /** @type {() => void} */
  let changed = () => {};
  let tool = TOOLS[0];
  /** @type {FaultRow[]} */
  let struck = [];
  const radios = /** @type {HTMLElement[]} */ (Array.from(page.tools.querySelectorAll("[data-tool]")));

  /** @param {string} name */
  const cannot = (name) => radios.find((radio) => radio.dataset.tool === name)?.getAttribute("aria-disabled") === "true";

  /**
   * Take a tool into the hand; one that does not work here only says why.
   * @param {string} name
   */
  function choose(name, focus = false) {
    if (cannot(name)) {
      page.hint.textContent = radios.find((radio) => radio.dataset.tool === name)?.title ?? "";
      return;
    }
    tool = TOOLS.find((one) => one.tool === name) ?? tool;
    for (const radio of radios) {
      const isChosen = radio.dataset.tool === tool.tool;
      radio.setAttribute("aria-checked", String(isChosen));
      radio.tabIndex = isChosen ? 0 : -1;
      if (isChosen && focus) radio.focus();
    }
    page.root.dataset.using = tool.tool;
    page.hint.textContent = tool.hint;
    page.hint.classList.remove("lab-missed");
    if (tool.tool === "cut") page.picture.scrollTop = 0; // the links are there
    changed();
  }

  page.tools.addEventListener("click", (event) => {
    const name = /** @type {HTMLElement} */ (event.target).closest("button")?.dataset.tool;
    if (name) choose(name);
  });
  page.tools.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!by || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    event.preventDefault();
    const row = TOOLS.filter((one) => !cannot(one.tool));
    choose(row[(row.indexOf(tool) + by + row.length) % row.length].tool, true);
  });

  /**
   * The fault that this tool would make there, if it strikes there already.
   * @param {Record<string, any>} target
   * @param {number} t
   */
  function standing(target, t) {
    return struck.find(({ tool: made, on, since, until }) => {
      if (made !== tool.tool) return false;
      if (target.packet !== undefined) return on.packet === target.packet;
      if (target.node !== undefined || target.link !== undefined) {
        const isThere = target.node !== undefined ? on.node === target.node : on.link === target.link;
        return isThere && since !== null && since <= t && (until === null || t < until);
      }
      return on.event !== undefined && Number(on.event) === target.event;
    });
  }

  /**
   * What a click on this asks for.
   * @param {Record<string, any>} target
   * @param {number} [t] the moment that it is about
   * @returns {Record<string, any>}
   */
  function wished(target, t = now()) {
    if (tool.tool === "why") return { do: "why", ...target };
    const there = standing(target, t);
    if (there) return { do: "take back", fault: there.fault };
    return { do: "strike", tool: tool.tool, ...target, at: target.packet !== undefined ? null : t };
  }

  /**
   * Whether the tool in hand does something there.
   * @param {Element} element
   */
  const canUse = (element) =>
    element.matches(tool.on) && !(tool.tool === "away" && /** @type {SVGElement} */ (element).dataset.node === SERVER);

  choose(tool.tool);
  return {
    choose,
    canUse,
    wished,
    /**
     * All in the picture that it can be used on, in the order of time.
     * @returns {SVGElement[]}
     */
    targets() {
      const all = /** @type {SVGElement[]} */ (Array.from(page.drawing.querySelectorAll(tool.on)));
      return all.filter(canUse).sort((one, other) => Number(one.dataset.t ?? -1) - Number(other.dataset.t ?? -1));
    },
    /**
     * Use it on something in the picture.
     * @param {Element} element
     */
    use(element) {
      page.hint.textContent = tool.hint; // why another one does not work was said long enough
      const message = wished(targetOf(element));
      /** @type {SVGElement} */ (element).dataset.asks = asks(message);
      wish(message);
    },
    /**
     * Use it on a node's lifeline, at a moment.
     * @param {string} node
     * @param {number} t
     */
    useAt: (node, t) => wish(wished({ node }, t)),
    /** Say once more what can be clicked. */
    missed() {
      page.hint.classList.remove("lab-missed");
      void page.hint.offsetWidth; // so that it begins anew
      page.hint.classList.add("lab-missed");
    },
    isOnNodes: () => tool.on.includes("[data-node]"),
    isAsking: () => tool.tool === "why",
    isOnPackets: () => tool.on.includes("[data-packet]"),
    /**
     * Call this when another tool is chosen.
     * @param {() => void} listen
     */
    onChange: (listen) => (changed = listen),
    /** @param {FaultRow[]} rows */
    renew: (rows) => (struck = rows),
  };
}
