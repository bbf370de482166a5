// @ts-check
// Of the lessons that are open in this page, those that were looked at last have a Python. Each takes some 130 MB, and
// JupyterLab would start one for every tab at once, also for those of the last visit that nobody looks at.

import { whenThere } from "./app.js";

const MOST = 3; // or more, as long as all of them are busy
const AGAIN = 5000; // ms

/** @type {Map<any, number>} the notebooks that are open, and when each was in sight last */
const open = new Map();

/** @param {any} panel */
const kernelOf = (panel) => panel.sessionContext.session?.kernel;

/** Let go of those that were in sight longest ago. What is in a notebook stays; its labs say that they need a run. */
async function letGo() {
  const holding = Array.from(open.keys()).filter(kernelOf);
  const atRest = holding.filter((panel) => !panel.isVisible && kernelOf(panel).status === "idle");
  atRest.sort((one, other) => (open.get(one) ?? 0) - (open.get(other) ?? 0));
  const ending = atRest.slice(0, Math.max(0, holding.length - MOST));
  await Promise.all(ending.map((panel) => panel.sessionContext.shutdown()));
  if (holding.length - ending.length > MOST) setTimeout(letGo, AGAIN);
}

/**
 * Start a Python for a notebook that is in sight and has none.
 * @param {any} panel
 */
async function wake(panel) {
  const { context, sessionContext } = panel;
  await context.ready;
  await sessionContext.ready;
  if (!panel.isVisible || kernelOf(panel)) return;
  sessionContext.kernelPreference = { ...sessionContext.kernelPreference, shouldStart: true };
  await sessionContext.startKernel();
  await letGo();
}

/**
 * Let no Python start for this notebook before it is in sight.
 * @param {any} panel
 */
function createNew(panel) {
  const { sessionContext } = panel;
  sessionContext.kernelPreference = { ...sessionContext.kernelPreference, shouldStart: false };
  const start = sessionContext.startKernel.bind(sessionContext);
  /** @type {Promise<boolean> | null} */
  let coming = null; // what is run before Python is there asks for one, too
  sessionContext.startKernel = () => (coming ??= start().finally(() => (coming = null)));
  open.set(panel, 0);
  const watch = new IntersectionObserver(([{ isIntersecting }]) => {
    open.set(panel, Date.now());
    if (isIntersecting) void wake(panel);
  });
  watch.observe(panel.node);
  panel.disposed.connect(() => {
    watch.disconnect();
    open.delete(panel);
  });
}

(await whenThere).docRegistry.addWidgetExtension("Notebook", { createNew });
