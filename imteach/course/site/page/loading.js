// @ts-check
// The line at the foot of the page: what is loading, from the first moment until Python answers.

import { restored, until } from "./app.js";

const OPENED = 3000; // ms; a notebook that the address names is open by then

const line = /** @type {HTMLElement} */ (document.getElementById("imteach-loading"));

/** @param {string} text */
function say(text) {
  line.textContent = text;
}

const app = await restored();
say(line.dataset.python ?? "");
const session = () => app.shell.currentWidget?.sessionContext;
const later = setTimeout(() => (line.hidden = !session()), OPENED); // no Python starts before a lesson is opened
const kernel = await until(() => session()?.session?.kernel);
clearTimeout(later);
line.hidden = false;
kernel.statusChanged.connect((/** @type {any} */ _, /** @type {string} */ status) => {
  if (status === "dead") say(line.dataset.failed ?? "");
});
await kernel.info;
line.remove();
