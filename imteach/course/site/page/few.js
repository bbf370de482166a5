// @ts-check
// Of the lessons that are open in this page, those that were looked at last have a Python. Each takes some 130 MB, and
// JupyterLab would start one for every tab at once, also for those of the last visit that nobody looks at.

import { whenThere } from "./app.js";

const MOST = 3; // or more, as long as all of them are busy
const AGAIN = 5000; // ms

const app = await whenThere;

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
 * Start a Python for a notebook that is in sight and has let go of its own.
 * @param {any} panel
 */
async function wake(panel) {
  await panel.sessionContext.ready;
  if (panel.isVisible && !kernelOf(panel)) await panel.sessionContext.startKernel();
  await letGo();
}

/**
 * Let no Python start for this notebook before it is in sight. Until then it is not ready: for one that is ready and has
 * none JupyterLab's widgets would not come later, either.
 * @param {any} panel
 */
function createNew(panel) {
  const { sessionContext } = panel;
  const [begin, start] = [sessionContext.initialize, sessionContext.startKernel].map((method) => method.bind(sessionContext));
  /** @type {() => void} */
  let see = () => {};
  const seen = /** @type {Promise<void>} */ (new Promise((done) => (see = done)));
  sessionContext.initialize = () => seen.then(begin);
  /** @type {Promise<boolean> | null} */
  let coming = null; // what is run before Python is there asks for one, too
  sessionContext.startKernel = () => (coming ??= start().finally(() => (coming = null)));
  open.set(panel, 0);
  const watch = new IntersectionObserver(async () => {
    open.set(panel, Date.now());
    await app.restored; // while tabs come back, each is in sight for a moment
    if (!panel.isVisible) return;
    see();
    await wake(panel);
  });
  watch.observe(panel.node);
  panel.disposed.connect(() => {
    watch.disconnect();
    open.delete(panel);
  });
}

app.docRegistry.addWidgetExtension("Notebook", { createNew });
