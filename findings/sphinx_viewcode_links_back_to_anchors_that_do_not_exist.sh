#!/usr/bin/env bash
#
# Sphinx 9.0.4, its own extension sphinx.ext.viewcode                                             2026-11-30
#
# What it does. viewcode gives each module a page with its source, on which "[docs]" leads from a class or function back
# to its entry in the reference. Where two names of one module are documented under the packages that offer them to
# users, `shop.Cart` and `shop.tools.Scale` both made in `shop._made`, one package is taken for the whole module: the
# link beside the other name leads to an entry that is on no page (`tools.html#shop.Scale`). The build ends
# well, also with `--nitpicky --fail-on-warning`.
#
# What one would have guessed. The way there, "[source]", is right for both, so each way back leads to where it came
# from; and a link that Sphinx itself makes to a missing anchor is a warning at least when it is nitpicky.
#
# Why it matters. To make things in private modules and to document them where users import them from is common. Nothing
# in a strict build tells that readers of the source then land at the top of a page that does not have the name.
#
# Ends with 0 if it is as described, with 1 if it is not, with anything else if it could not be tried.

set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv" || exit 2
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-compile sphinx==9.0.4 || exit 2
unset PYTHONPATH
cd "$folder"
mkdir -p shop/tools pages

cat >shop/_made.py <<'PYTHON'
"""Where both are made."""


class Cart:
    """A cart."""


class Scale:
    """A scale."""
PYTHON
echo 'from shop._made import Cart' >shop/__init__.py
echo 'from shop._made import Scale' >shop/tools/__init__.py
cat >pages/conf.py <<'PYTHON'
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
extensions = ["sphinx.ext.autodoc", "sphinx.ext.viewcode"]
PYTHON
printf '%s\n' 'Shop' '====' '' '.. autoclass:: shop.Cart' '' '.. toctree::' '' '   tools' >pages/index.rst
printf '%s\n' 'Tools' '=====' '' '.. autoclass:: shop.tools.Scale' >pages/tools.rst

venv/bin/sphinx-build --nitpicky --fail-on-warning --quiet pages site || {
    echo "The build says something now."
    exit 1
}

cat >finding.py <<'PYTHON'
import re
import sys
from importlib.metadata import version
from pathlib import Path

source = Path("site/_modules/shop/_made.html")
print("sphinx", version("sphinx"))
missing = []
for page, anchor in re.findall(r'class="viewcode-back" href="([^"#]+)#([^"]+)"', source.read_text("utf-8")):
    is_there = f'id="{anchor}"' in (source.parent / page).resolve().read_text("utf-8")
    print(f"[docs] leads to {Path(page).name}#{anchor}:", "it is there" if is_there else "no such entry")
    missing += [] if is_there else [anchor]
for name in ("index", "tools"):
    print(f"{name}.html has", re.findall(r'id="(shop\.[^"]+)"', Path(f"site/{name}.html").read_text("utf-8")))
sys.exit(0 if len(missing) == 1 else 1)
PYTHON
venv/bin/python finding.py
