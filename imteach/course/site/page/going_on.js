// @ts-check
// Run All goes on after a cell that ends in an error and is tagged so: the lesson means it. JupyterLite stops there.

import { restored } from "./app.js";

const RUNS = ["notebook:run-all-cells", "notebook:run-all-below", "notebook:restart-run-all"];
const MEANT = "raises-exception";

const app = await restored();
let isGoingOn = false;

/**
 * Where a run has stopped at an error that was meant, looking at cells from this place on; -1 if nowhere.
 * @param {any[]} cells
 * @param {number} from
 */
function stoppedAt(cells, from) {
  const isCode = (/** @type {any} */ cell) => cell.model.type === "code" && cell.model.sharedModel.getSource().trim() !== "";
  return cells.findIndex((cell, place) => {
    if (place < from || !isCode(cell) || !cell.model.getMetadata("tags")?.includes(MEANT)) return false;
    return cell.model.executionCount !== null && cells.slice(place + 1).find(isCode)?.model.executionCount === null;
  });
}

async function goOn() {
  const panel = app.shell.currentWidget;
  isGoingOn = true;
  for (let place = stoppedAt(panel.content.widgets, 0); place >= 0; place = stoppedAt(panel.content.widgets, place + 1)) {
    panel.content.activeCellIndex = place + 1;
    await app.commands.execute("notebook:run-all-below").catch(() => {}); // what stops it then stands in a cell
  }
  isGoingOn = false;
}

app.commands.commandExecuted.connect((/** @type {any} */ _, /** @type {{id: string, result: Promise<any>}} */ { id, result }) => {
  if (RUNS.includes(id) && !isGoingOn) result.then(goOn, goOn);
});
