// @ts-check
// The lab's page. Python decides and draws; this file shows the parts that Python made and says what was clicked.
// State comes in traits, one for each part of the page; what the learner did goes out as a message.

/**
 * @typedef {object} Model
 * @property {(name: string) => any} get
 * @property {(event: string, callback: () => void) => void} on
 * @property {(event: string, callback: () => void) => void} off
 * @property {(message: object) => void} send
 */

/**
 * @typedef {{own: boolean, msgid: string, text: string, who: string, note: string, mood: string}} Bubble
 * @typedef {{person: string, bubbles: Bubble[]}} Phone
 * @typedef {{name: string, title: string, holds: boolean, why: string}} PromiseRow
 * @typedef {{fault: string, text: string}} FaultRow
 * @typedef {{chosen: string, rungs: {name: string, adds: string}[]}} Ladder
 */

const HINT = "Click an arrow to drop that packet; click it again to take the drop back.";
const KEYS = "Keys: Tab to the diagram, arrows to move, Enter to drop.";

const NO_ANSWER =
  "No answer from Python yet. If the kernel was restarted, run the code cells above and then this one again (Ctrl+Enter).";
const PATIENCE = 4000; // ms; Python answers each message with a new picture, in some ten ms

/** How far each key moves in the row of packets. */
const MOVES = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, Home: -Infinity, End: Infinity };

const WIDE = 1000; // px; a wider picture (a group's) has the whole width, and the rest stands below it

/**
 * Make an element. Children that are text stay text.
 * @param {string} tag
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string)} children
 */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** @param {Bubble} bubble */
function makeBubble(bubble) {
  const line = make("div", { class: "lab-text" }, bubble.text);
  const note = make("div", { class: "lab-note" }, bubble.note);
  const item = make("li", { class: "lab-bubble", "data-msgid": bubble.msgid, "data-mood": bubble.mood }, line, note);
  item.dataset.own = String(bubble.own);
  if (bubble.who) item.prepend(make("div", { class: "lab-who" }, bubble.who));
  return item;
}

/** @param {Phone} phone */
function makePhone(phone) {
  const chat = make("ol", { class: "lab-chat", role: "list" }, ...phone.bubbles.map(makeBubble));
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
  const undo = make("button", { type: "button", class: "lab-button" }, "Undo");
  const begin = { title: "Back to how this lab began: its rung, its faults" };
  const reset = make("button", { type: "button", class: "lab-button", ...begin }, "Reset");
  const bar = make("div", { class: "lab-bar" }, ladder, adds, make("div", { class: "lab-steps" }, undo, reset));

  const picture = make("div", { class: "lab-picture" });
  const sheet = make("style");
  const keys = make("span", { class: "lab-keys" }, KEYS);
  const hint = make("p", { class: "lab-hint" }, `${HINT} `, keys);
  const outcome = make("p", { class: "lab-outcome", role: "status", "aria-live": "polite" });
  const refusal = make("p", { class: "lab-refusal", role: "alert" });
  const faults = make("ul", { class: "lab-faults", "aria-label": "Faults that are no arrow to click", role: "list" });
  const phones = make("div", { class: "lab-phones" });
  const promises = make("ul", { class: "lab-promises", "aria-label": "Promises", role: "list" });
  const promisesTitle = make("div", { class: "lab-title", "aria-hidden": "true" }, "Promises");
  const judged = make("div", { class: "lab-judged" }, promisesTitle, promises);
  const news = make("div", { class: "lab-news" }, outcome, refusal, faults);
  const side = make("div", { class: "lab-side" }, news, phones, judged);
  const body = make("div", { class: "lab-body" }, make("div", { class: "lab-main" }, hint, picture), side);

  const code = make("code");
  const copyButton = make("button", { type: "button", class: "lab-button" }, "Copy");
  const python = make("pre", { class: "lab-python", "aria-label": "The same in Python" }, code);
  const foot = make("div", { class: "lab-foot" }, python, copyButton);

  const attributes = { class: "imteach-lab", role: "group", "aria-label": "Lab" };
  const root = make("div", attributes, sheet, bar, body, foot);

  let waiting = 0; // the timer of a message that was not answered yet

  /** Tell Python what the learner did; say so if nobody answers. @param {object} message */
  function ask(message) {
    clearTimeout(waiting);
    waiting = setTimeout(() => (refusal.textContent = NO_ANSWER), PATIENCE);
    model.send(message);
  }

  // The packets: one of them is in the page's tab order, the arrow keys move among them

  let current = ""; // the name of that packet
  let place = 0; // where it stands among the others

  /** @returns {SVGElement[]} */
  const packets = () => Array.from(picture.querySelectorAll("[data-packet]"));

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

  /** @param {Event} event @returns {SVGElement | null} */
  const packetAt = (event) => /** @type {Element} */ (event.target).closest("[data-packet]");

  /** @param {SVGElement} packet */
  function toggle(packet) {
    choose(packet);
    ask({ do: "toggle", packet: packet.dataset.packet });
  }

  picture.addEventListener("click", (event) => {
    const packet = packetAt(event);
    if (packet) toggle(packet);
  });

  picture.addEventListener("focusin", (event) => {
    const packet = packetAt(event);
    if (packet) choose(packet);
  });

  picture.addEventListener("keydown", (event) => {
    const packet = packetAt(event);
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
    ask({ do: "rung", rung: /** @type {HTMLInputElement} */ (event.target).value });
  });
  undo.addEventListener("click", () => ask({ do: "undo" }));
  reset.addEventListener("click", () => ask({ do: "reset" }));
  faults.addEventListener("click", (event) => {
    const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-take-back]"));
    if (button) ask({ do: "take back", fault: button.dataset.takeBack });
  });
  copyButton.addEventListener("click", async () => {
    copyButton.textContent = await copy(code);
    setTimeout(() => (copyButton.textContent = "Copy"), 1500);
  });
  // JupyterLab must not take plain keys: with an arrow focused, its x would cut the cell. What runs a cell or saves
  // the notebook still may.
  root.addEventListener("keydown", (event) => {
    const jupyters = event.ctrlKey || event.metaKey || event.altKey || (event.shiftKey && event.key === "Enter");
    if (!jupyters) event.stopPropagation();
  });

  // What changes: one function for each trait

  const draw = {
    picture() {
      clearTimeout(waiting);
      const page = document.createElement("template"); // what is parsed there is not run, nor loaded
      page.innerHTML = model.get("picture"); // the one place where markup comes in: Python escaped every text in it
      const svg = /** @type {Element} */ (page.content.firstElementChild);
      const style = svg.querySelector("style");
      if (style && sheet.textContent !== style.textContent) sheet.textContent = style.textContent;
      style?.remove(); // a sheet that comes and goes makes the browser look at the whole notebook again
      picture.style.setProperty("--natural-width", svg.getAttribute("width"));
      body.classList.toggle("lab-wide", Number(svg.getAttribute("width")) > WIDE);
      picture.replaceChildren(svg);
      const all = packets();
      choose(all.find((packet) => packet.dataset.packet === current) ?? all[Math.min(place, all.length - 1)]);
      draw.ladder(); // a choice that Python refused goes back to what is true
    },
    ladder() {
      /** @type {Ladder} */
      const { chosen, rungs: all } = model.get("ladder");
      if (rungs.childElementCount !== all.length) {
        const input = (/** @type {string} */ value) => make("input", { type: "radio", name: radioName, value });
        rungs.replaceChildren(...all.map(({ name }) => make("label", { class: "lab-rung" }, input(name), name)));
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
        const name = { "data-take-back": fault, "aria-label": what, title: what };
        const button = make("button", { type: "button", class: "lab-button lab-small", ...name }, "✕");
        return make("li", {}, make("span", {}, text), button);
      };
      faults.replaceChildren(...model.get("fault_rows").map(row));
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
      const focused = root.contains(document.activeElement) ? document.activeElement : null;
      drawPart();
      if (focused && (!focused.isConnected || focused.matches(":disabled"))) focusPacket();
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
    clearTimeout(waiting);
    for (const [event, redraw] of watch) model.off(event, redraw);
  };
}

export default { render };
