// @ts-check
// The lab's page. Python decides and draws; this file shows the parts that Python made and says what was clicked.
// State comes in traits, one for each part of the page; what the learner did goes out as a message.

import { asks, connect, focusedIn, keepKeys, make } from "./live.js";

/** @typedef {import("./live.js").Model} Model */

/**
 * @typedef {{own: boolean, msgid: string, text: string, who: string, note: string, mood: string}} Bubble
 * @typedef {{person: string, bubbles: Bubble[], earlier: number}} Phone
 * @typedef {{name: string, title: string, holds: boolean, why: string}} PromiseRow
 * @typedef {{fault: string, text: string}} FaultRow
 * @typedef {{chosen: string, rungs: {name: string, adds: string}[]}} Ladder
 */

const HINT = "Click an arrow to drop that packet; click it again to take the drop back.";
const KEYS = "Keys: Tab to the diagram, arrows to move, Enter to drop.";

/** How far each key moves in the row of packets. */
const MOVES = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, Home: -Infinity, End: Infinity };

const BESIDE = 276; // px; what came of the run, and the gap to it, where it stands beside the picture
const SMALLEST = 0.87; // of its size: a picture whose words would be smaller than that scrolls instead

/** @param {Bubble} bubble */
function makeBubble(bubble) {
  const line = make("div", { class: "lab-text", dir: "auto" }, bubble.text);
  const note = make("div", { class: "lab-note" }, bubble.note);
  const item = make("li", { class: "lab-bubble", "data-msgid": bubble.msgid, "data-mood": bubble.mood }, line, note);
  item.dataset.own = String(bubble.own);
  if (bubble.who) item.prepend(make("div", { class: "lab-who" }, bubble.who));
  return item;
}

/** @param {Phone} phone */
function makePhone(phone) {
  const chat = make("ol", { class: "lab-chat", role: "list" }, ...phone.bubbles.map(makeBubble));
  if (phone.earlier) chat.prepend(make("li", { class: "lab-empty" }, `… ${phone.earlier} earlier`));
  const content = phone.bubbles.length ? chat : make("p", { class: "lab-empty" }, "no messages");
  const name = make("div", { class: "lab-name" }, phone.person);
  const attributes = { class: "lab-phone", "data-phone": phone.person, role: "group" };
  return make("div", { ...attributes, "aria-label": `${phone.person}'s phone` }, name, content);
}

/** @param {PromiseRow} promise */
function makePromise(promise) {
  const sign = make("span", { class: "lab-sign", "aria-hidden": "true" }, promise.holds ? "✓" : "✗");
  const word = make("span", { class: "lab-unseen" }, promise.holds ? "kept: " : "broken: ");
  const name = make("code", { class: "lab-code-name" }, promise.name);
  const title = make("div", { class: "lab-promise" }, word, promise.title, " ", name);
  const attributes = { "data-promise": promise.name, "data-holds": String(promise.holds) };
  const row = make("li", attributes, sign, title);
  if (promise.why) row.append(make("div", { class: "lab-why" }, promise.why));
  return row;
}

/** The names of the lifelines once more, to stay in sight while the picture below them scrolls.
 * @param {Element} svg
 * @returns {{heads: HTMLElement, below: number}}
 */
function makeHeads(svg) {
  const cards = Array.from(svg.querySelectorAll(".imt-card"));
  const [top, high] = ["y", "height"].map((name) => Number(cards[0]?.getAttribute(name)));
  const heads = /** @type {Element} */ (svg.cloneNode(false));
  for (const name of ["role", "aria-label", "data-rev", "height"]) heads.removeAttribute(name);
  heads.setAttribute("viewBox", `0 ${top - 4} ${svg.getAttribute("width")} ${high + 8}`);
  heads.setAttribute("aria-hidden", "true");
  for (const card of cards) { // behind each its name and its role
    const [name, role] = [card.nextElementSibling, card.nextElementSibling?.nextElementSibling];
    for (const part of [card, name, role]) if (part) heads.append(part.cloneNode(true));
  }
  return { heads: /** @type {any} */ (heads), below: top + high };
}

/** How far a place on the screen is from a packet's line.
 * @param {SVGLineElement} line @param {number} x @param {number} y
 */
function distance(line, x, y) {
  const here = new DOMPoint(x, y).matrixTransform(/** @type {DOMMatrix} */ (line.getScreenCTM()).inverse());
  const [from, to] = [line.getPointAtLength(0), line.getPointAtLength(line.getTotalLength())];
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const along = ((here.x - from.x) * dx + (here.y - from.y) * dy) / (dx * dx + dy * dy || 1);
  const part = Math.min(1, Math.max(0, along));
  return Math.hypot(from.x + part * dx - here.x, from.y + part * dy - here.y);
}

/** @param {string} text */
function base64(text) {
  let bytes = "";
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte);
  return btoa(bytes);
}

/** Put text on the clipboard; where the browser gives no access to it, select the text instead.
 * @param {HTMLElement} element
 */
async function copy(element) {
  try {
    await navigator.clipboard.writeText(element.textContent ?? "");
    return "Copied";
  } catch {
    getSelection()?.selectAllChildren(element);
    return "Selected";
  }
}

/**
 * Show one view of the lab. Returns what takes it down again.
 * @param {{model: Model, el: HTMLElement}} context
 */
function render({ model, el }) {
  // What stays: everything but the contents of the parts

  // By lot: each lab of a page has its own copy of this file, so counting here would give two of them the same name,
  // and of radio buttons of one name the browser checks only one.
  const radioName = `imteach-rung-${Math.random()}`;
  const legend = make("legend", {}, "Rung");
  const rungs = make("div", { class: "lab-rungs" });
  const adds = make("p", { class: "lab-adds" });
  const ladder = make("fieldset", { class: "lab-ladder" }, legend, rungs);
  const undo = make("button", { type: "button", class: "lab-button", "data-asks": "undo" }, "Undo");
  const begin = { title: "Back to how this lab began: its rung, its faults" };
  const reset = make("button", { type: "button", class: "lab-button", "data-asks": "reset", ...begin }, "Reset");
  const bar = make("div", { class: "lab-bar" }, ladder, adds, make("div", { class: "lab-steps" }, undo, reset));

  const shows = make("span");
  const [earlier, later] = ["← Earlier", "Later →"].map((name) => {
    return make("button", { type: "button", class: "lab-button lab-small" }, name);
  });
  const stretch = make("div", { class: "lab-stretch" }, shows, earlier, later);
  const names = make("div", { class: "lab-heads" });
  const drawing = make("div", { class: "lab-drawing" });
  const picture = make("div", { class: "lab-picture" }, names, drawing);
  const sheet = make("style");
  const keys = make("span", { class: "lab-keys" }, KEYS);
  const hint = make("p", { class: "lab-hint" }, `${HINT} `, keys);
  const outcome = make("p", { class: "lab-outcome", role: "status", "aria-live": "polite" });
  const refusal = make("p", { class: "lab-refusal", role: "alert" });
  const live = make("p", { class: "lab-live", "aria-live": "polite" });
  const faults = make("ul", { class: "lab-faults", "aria-label": "Faults that are no arrow to click", role: "list" });
  const phones = make("div", { class: "lab-phones" });
  const promises = make("ul", { class: "lab-promises", "aria-label": "Promises", role: "list" });
  const promisesTitle = make("div", { class: "lab-title", "aria-hidden": "true" }, "Promises");
  const judged = make("div", { class: "lab-judged" }, promisesTitle, promises);
  const news = make("div", { class: "lab-news" }, outcome, live, refusal, faults);
  const side = make("div", { class: "lab-side" }, news, phones, judged);
  const body = make("div", { class: "lab-body" }, side, make("div", { class: "lab-main" }, hint, stretch, picture));

  const code = make("code");
  const copyButton = make("button", { type: "button", class: "lab-button" }, "Copy");
  const python = make("pre", { class: "lab-python", "aria-label": "The same in Python" }, code);
  const foot = make("div", { class: "lab-foot" }, python, copyButton);

  const attributes = { class: "imteach-lab", role: "group", "aria-label": "Lab" };
  const root = make("div", attributes, sheet, bar, body, foot);

  const { ask, mark, stop } = connect({ model, el, root, words: live, settle: () => draw.ladder() });
  const giveKeysBack = keepKeys(root);

  /** Ask Python for something, as of the picture that is shown. @param {object} message */
  const wish = (message) => ask(message, Number(drawing.querySelector("svg")?.dataset.rev));

  // The picture's place: with the rest beside it where both have room, and its lifelines' names in sight where it scrolls

  let heads = make("div"); // those names, drawn once more, and their lower edge in the picture
  let below = 0;
  let natural = 0; // how wide the picture would be
  let room = 0; // how wide the body is

  // Nothing here asks the browser for a size while the page is drawn: it would lay the whole notebook out in between.
  const arrange = () => body.classList.toggle("lab-beside", room >= natural * SMALLEST + BESIDE);

  // The picture takes what the others leave of the screen: they are watched, for a reason that is told makes them grow.
  const watchSize = new ResizeObserver((changes) => {
    for (const { target, contentRect } of changes) {
      if (target === body) room = contentRect.width;
      else if (target === picture) keepInSight();
      else root.style.setProperty(`--${target.className}`, `${contentRect.height}px`);
    }
    arrange();
  });
  for (const part of [body, bar, side, foot, picture]) watchSize.observe(part);
  picture.addEventListener(
    "scroll",
    () => {
      const scale = (drawing.firstElementChild?.getBoundingClientRect().width ?? 0) / (natural || 1);
      const isPast = picture.scrollTop > below * scale;
      if (isPast !== names.hasChildNodes()) names.replaceChildren(...(isPast ? [heads] : []));
    },
    { passive: true },
  );

  // The packets: one of them is in the page's tab order, the arrow keys move among them

  let current = ""; // the name of that packet
  let place = 0; // where it stands among the others

  /** @returns {SVGElement[]} */
  const packets = () => Array.from(drawing.querySelectorAll("[data-packet]"));

  /** Make this packet the one in the tab order. @param {SVGElement | undefined} packet */
  function choose(packet) {
    for (const other of picture.querySelectorAll('[tabindex="0"]')) other.setAttribute("tabindex", "-1");
    packet?.setAttribute("tabindex", "0");
    current = packet?.dataset.packet ?? current;
    place = packet ? packets().indexOf(packet) : 0;
  }

  function focusPacket() {
    packets()[place]?.focus({ preventScroll: true });
  }

  /** Keep the packet in use where it can be seen: what came of a click can make the picture's place smaller. */
  function keepInSight() {
    const packet = focusedIn(drawing)?.querySelector(".imt-pill")?.getBoundingClientRect();
    if (!packet) return;
    const frame = picture.getBoundingClientRect();
    const top = names.firstElementChild?.getBoundingClientRect().bottom ?? frame.top;
    if (packet.top < top) picture.scrollTop -= top - packet.top + 8;
    else if (packet.bottom > frame.bottom) picture.scrollTop += packet.bottom - frame.bottom + 24;
  }

  /** What a click on a packet asks for: the other way than it is shown, never than it is by now.
   * @param {SVGElement} packet
   */
  const wished = ({ dataset }) => ({ do: dataset.fate === "dropped" ? "spare" : "drop", packet: dataset.packet });

  /** @param {Event} event @returns {SVGElement | null} */
  const packetOf = (event) => /** @type {Element} */ (event.target).closest("[data-packet]");

  /** The packet that is meant at a place: whose label is there, else whose line is nearest.
   * @param {MouseEvent} event
   */
  function packetAt(event) {
    if (!(/** @type {Element} */ (event.target).matches(".imt-hit"))) return packetOf(event);
    const { clientX, clientY } = event;
    const here = /** @type {Document | ShadowRoot} */ (root.getRootNode()).elementsFromPoint(clientX, clientY);
    const hits = here.filter((element) => element.matches(".imt-hit") && drawing.contains(element));
    const close = hits.map((hit) => /** @type {Element} */ (hit.parentElement));
    const all = /** @type {Element[]} */ (packets());
    const lines = drawing.querySelectorAll("line.imt-line"); // one for each packet, in their order
    const far = close.map((packet) => distance(/** @type {any} */ (lines[all.indexOf(packet)]), clientX, clientY));
    return /** @type {any} */ (close[far.indexOf(Math.min(...far))]) ?? packetOf(event);
  }

  /** @param {SVGElement} packet */
  function toggle(packet) {
    choose(packet);
    wish(wished(packet));
  }

  picture.addEventListener("click", (event) => {
    const packet = packetAt(event);
    if (packet) toggle(packet);
  });

  picture.addEventListener("pointermove", (event) => {
    const meant = packetAt(event);
    const before = picture.querySelector(".lab-meant");
    if (before === meant) return;
    before?.classList.remove("lab-meant");
    meant?.classList.add("lab-meant");
  });
  picture.addEventListener("pointerleave", () => picture.querySelector(".lab-meant")?.classList.remove("lab-meant"));

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
      const all = packets();
      const wanted = all.indexOf(packet) + MOVES[event.key];
      all[Math.max(0, Math.min(all.length - 1, wanted))].focus();
    }
  });

  // The rest that a learner can do

  rungs.addEventListener("change", (event) => {
    wish({ do: "rung", rung: /** @type {HTMLInputElement} */ (event.target).value });
  });
  for (const button of [undo, reset]) {
    button.addEventListener("click", () => wish({ do: button.dataset.asks }));
  }
  for (const button of [earlier, later]) {
    button.addEventListener("click", () => wish({ do: "window", window: Number(button.dataset.window) }));
  }
  faults.addEventListener("click", (event) => {
    const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-take-back]"));
    if (button) wish({ do: "take back", fault: button.dataset.takeBack });
  });
  copyButton.addEventListener("click", async () => {
    copyButton.textContent = await copy(code);
    setTimeout(() => (copyButton.textContent = "Copy"), 1500);
  });
  // What changes: one function for each trait

  const draw = {
    picture() {
      const page = document.createElement("template"); // what is parsed there is not run, nor loaded
      page.innerHTML = model.get("picture"); // the one place where markup comes in: Python escaped every text in it
      const svg = /** @type {Element} */ (page.content.firstElementChild);
      const style = svg.querySelector("style");
      if (style && sheet.textContent !== style.textContent) sheet.textContent = style.textContent;
      style?.remove(); // a sheet that comes and goes makes the browser look at the whole notebook again
      picture.style.setProperty("--natural-width", svg.getAttribute("width"));
      ({ heads, below } = makeHeads(svg));
      natural = Number(svg.getAttribute("width"));
      drawing.replaceChildren(svg);
      if (names.hasChildNodes()) names.replaceChildren(heads);
      arrange();
      const all = packets();
      for (const packet of all) packet.dataset.asks = asks(wished(packet));
      choose(all.find((packet) => packet.dataset.packet === current) ?? all[Math.min(place, all.length - 1)]);
      mark();
    },
    ladder() {
      /** @type {Ladder} */
      const { chosen, rungs: all } = model.get("ladder");
      if (rungs.childElementCount !== all.length) {
        const input = (/** @type {string} */ value) => make("input", { type: "radio", name: radioName, value });
        /** @param {{name: string}} rung */
        const label = ({ name }) => {
          const asked = { "data-asks": asks({ do: "rung", rung: name }) };
          return make("label", { class: "lab-rung", ...asked }, input(name), name);
        };
        rungs.replaceChildren(...all.map(label));
      }
      for (const input of rungs.querySelectorAll("input")) input.checked = input.value === chosen;
      adds.textContent = all.find((rung) => rung.name === chosen)?.adds ?? "";
    },
    outcome() {
      outcome.textContent = model.get("outcome");
    },
    phones() {
      phones.replaceChildren(...model.get("phones").map(makePhone));
    },
    promises() {
      promises.replaceChildren(...model.get("promises").map(makePromise));
    },
    fault_rows() {
      /** @param {FaultRow} row */
      const row = ({ fault, text }) => {
        const what = `Take back: ${fault}`;
        const asked = { "data-asks": asks({ do: "take back", fault }) };
        const name = { "data-take-back": fault, "aria-label": what, title: what, ...asked };
        const button = make("button", { type: "button", class: "lab-button lab-small", ...name }, "✕");
        return make("li", {}, make("span", {}, text), button);
      };
      faults.replaceChildren(...model.get("fault_rows").map(row));
    },
    stretch() {
      const { words = "", ...places } = model.get("stretch");
      stretch.hidden = !words;
      shows.textContent = words;
      for (const [button, place] of [[earlier, places.earlier], [later, places.later]]) {
        button.disabled = (place ?? null) === null;
        button.dataset.window = place;
        button.dataset.asks = asks({ do: "window", window: place });
      }
      mark();
    },
    code() {
      code.textContent = model.get("code");
    },
    steps() {
      const can = model.get("steps");
      /** @type {HTMLButtonElement} */ (undo).disabled = !can.undo;
      /** @type {HTMLButtonElement} */ (reset).disabled = !can.reset;
    },
    refusal() {
      refusal.textContent = model.get("refusal");
    },
  };

  /** Draw a part. Whatever held the focus and is gone gives it to the packet that was in use. */
  const watch = Object.entries(draw).map(([part, drawPart]) => {
    const redraw = () => {
      const focused = focusedIn(root);
      drawPart();
      if (focused && (!focused.isConnected || focused.matches(":disabled"))) focusPacket();
      if (part === "picture" && focused) requestAnimationFrame(keepInSight);
    };
    return /** @type {[string, () => void]} */ ([`change:${part}`, redraw]);
  });

  // What is saved of it: the picture as it is now. The words are for the first of several. An event says when it is
  // another one: then the notebook is not saved as it is.
  /** @type {any} */ (root).imteachStill = (/** @type {boolean} */ first) => {
    const { words, before, after, text } = model.get("still");
    const data = base64(model.get("picture").replace(/data-rev="\d+"/, 'data-rev="0"'));
    return { "text/html": (first ? words : "") + before + data + after, "text/plain": text };
  };
  watch.push(["change:still", () => root.dispatchEvent(new CustomEvent("imteach-still", { bubbles: true }))]);

  for (const drawPart of Object.values(draw)) drawPart();
  for (const [event, redraw] of watch) model.on(event, redraw);
  el.append(root);

  return () => {
    stop();
    giveKeysBack();
    watchSize.disconnect();
    for (const [event, redraw] of watch) model.off(event, redraw);
  };
}

export default { render };
