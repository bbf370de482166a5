// @ts-check
// A lesson that was saved in this browser stays as it is when the site has a better one, which is put beside it: without
// this, nobody would ever see it, for what is saved here comes first.

import { restored, until } from "./app.js";

const VERSION = "imteach_site"; // of a lesson's metadata

const app = await restored();
const { contents } = app.serviceManager;
/** @type {Set<string>} */
const looked = new Set();

/**
 * The first free name beside a lesson: NAME.new.ipynb, NAME.new2.ipynb …; null if the version is there already.
 * @param {string} path
 * @param {string} version
 */
async function nameBeside(path, version) {
  for (let number = 1; ; number += 1) {
    const name = path.replace(/\.ipynb$/, `.new${number > 1 ? number : ""}.ipynb`);
    const there = await contents.get(name).catch(() => null);
    if (!there) return name;
    if (there.content.metadata[VERSION] === version) return null;
  }
}

/** @param {any} panel */
async function look(panel) {
  const path = panel?.context?.path;
  if (!path || looked.has(path)) return;
  looked.add(path);
  await panel.context.ready;
  const mine = panel.content.model?.getMetadata?.(VERSION);
  if (!mine) return;
  const answer = await fetch(`../files/${encodeURI(path)}`, { cache: "no-cache" });
  if (!answer.ok) return;
  const content = await answer.json();
  const version = content.metadata[VERSION];
  if (version === mine) return;
  const name = await nameBeside(path, version);
  if (!name) return;
  await contents.save(name, { type: "notebook", format: "json", content });
  await until(() => !document.querySelector("#imteach-loading:not([hidden])")); // which stands where this is shown
  await app.commands.execute("apputils:notify", {
    message: `A newer version of this lesson stands beside yours: ${name}`, // JupyterLab cuts after 140 signs
    type: "info",
    options: { autoClose: false, actions: [{ label: "Open it", commandId: "docmanager:open", args: { path: name } }] },
  });
}

app.shell.currentChanged.connect((/** @type {any} */ _, /** @type {any} */ { newValue }) => void look(newValue));
void look(app.shell.currentWidget);
