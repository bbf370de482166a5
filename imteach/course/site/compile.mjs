// Run compiling.py in the Python of a site: node compile.mjs FOLDER COMPILING_PY PACKAGE …
// The packages are those that Python starts with. What they import, and what a first lab does, is compiled.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, program, ...packages] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`).href);

const python = await loadPyodide({ indexURL: folder });
await python.loadPackage(packages, { messageCallback: () => {} });
python.runPython("from imteach import Lab\nLab('dedup')"); // before there is a kernel, which would look for a page
python.runPython("import piplite, pyodide_kernel");
python.runPython(readFileSync(program, "utf-8"));
const files = python.runPython("imported()");
const compileIn = python.globals.get("compile_in");
for (const name of readdirSync(folder).filter((name) => name.endsWith(".whl"))) {
  python.FS.writeFile("before.whl", readFileSync(`${folder}/${name}`));
  compileIn("before.whl", files, "after.whl");
  writeFileSync(`${folder}/${name}`, python.FS.readFile("after.whl"));
}
