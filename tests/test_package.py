"""The house: `import imteach` is light, names that are promised exist, and imports only go down."""

import ast
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import imteach

ROOT = Path(imteach.__file__).parent

HEAVY = {
    *("ipywidgets", "networkx", "graphviz", "IPython", "anywidget", "jupyterlab", "nbclient", "traitlets", "asyncio"),
    *("matplotlib", "tqdm", "resvg_py", "concurrent", "multiprocessing", "distributed"),
}

# From the ground up. A part may import from itself and from the layers below. "" is imteach's own __init__, which
# names what the layers below it offer.
LAYERS = [
    {"printed"},
    {"errors"},
    {"plain", "files", "bars", "lazily", "themes"},
    {"views"},
    {"protocol"},
    {"scenario"},
    {"trace"},
    {"tell"},
    {"draw"},
    {"learner"},
    {"sim"},
    {"planted"},
    {"verify"},
    {"lab"},
    {"course"},
    {"teacher"},
    {""},
    {"cli"},
    {"__main__"},
]
HEIGHT = {part: height for height, parts in enumerate(LAYERS) for part in parts}

MOST_MODULES = 14  # in one folder; more and nobody finds the room from the word


def modules():
    for file in sorted(ROOT.rglob("*.py")):
        name = ".".join(file.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(".__init__")
        yield name, ast.parse(file.read_text(encoding="utf-8"))


MODULES = dict(modules())


def imports(tree, function=None):
    """Every import below this node: the function it stands in (None at module level) and the module it names."""
    for node in ast.iter_child_nodes(tree):
        inside = node.name if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else function
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield inside, alias.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written out in full"
            if node.module == "imteach":  # from imteach import draw names a part, from imteach import Drop does not
                for alias in node.names:
                    yield inside, f"imteach.{alias.name}"
            else:
                yield inside, node.module
        elif not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            yield from imports(node, inside)


def part_of(module):
    """The part of imteach that a module belongs to, or that a name imported from imteach is of."""
    part = (*module.split("."), "")[1]
    return part if f"imteach.{part}" in MODULES else ""


def test_import_imteach_loads_only_the_table_of_its_names():
    code = "import sys; before = {*sys.modules}; import imteach; print(*sys.modules.keys() - before)"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT.parent, capture_output=True, text=True, check=True)
    loaded = set(run.stdout.split())
    ours = {name for name in loaded if name.partition(".")[0] == "imteach"}
    assert ours == {"imteach", "imteach.lazily", "imteach.views"}
    assert not loaded & {"msgspec", "typing_extensions", "dataclasses", "inspect", "decimal", "uuid", "json", "pathlib"}
    assert {name for name in loaded if name.partition(".")[0] in HEAVY} == set()


def test_the_first_name_that_is_used_brings_what_it_needs_and_nothing_heavy():
    code = "import sys; from imteach import Scenario; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT.parent, capture_output=True, text=True, check=True)
    loaded = set(run.stdout.split())
    assert {"imteach.scenario.scenario", "imteach.protocol.client", "msgspec"} <= loaded
    assert {name for name in loaded if name.partition(".")[0] in HEAVY} == set()
    ours = {part_of(name) for name in loaded if name.partition(".")[0] == "imteach"}
    assert ours == {"", "printed", "errors", "lazily", "views", "protocol", "scenario"}


def test_a_run_and_its_sentences_load_nothing_heavy_either():
    code = (
        "import sys, imteach, imteach.verify\n"
        "trace = imteach.Scenario('dedup').run(imteach.Drop('ack:N'))\n"
        "imteach.verify.in_short(trace), trace.to_json(), trace.state_at(100), trace.to_svg(), trace.to_text()\n"
        "print(*sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT.parent, capture_output=True, text=True, check=True)
    assert {name for name in run.stdout.split() if name.partition(".")[0] in HEAVY} == set()


def test_a_command_loads_only_what_it_needs(tmp_path):
    code = (
        "import sys, msgspec\n"
        "before = set(sys.modules)\n"
        "from imteach.cli import main\n"
        f"main(['run', 'dedup', '--format', 'svg', '-o', {str(tmp_path / 'dedup.svg')!r}])\n"
        "print(*set(sys.modules) - before)"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT.parent, capture_output=True, text=True, check=True)
    assert (tmp_path / "dedup.svg").read_text(encoding="utf-8") == imteach.Scenario("dedup").run().to_svg() + "\n"
    loaded = set(run.stdout.split())
    assert {"imteach.cli.run", "imteach.draw.sequence.svg"} <= loaded
    assert {part_of(name) for name in loaded if name.startswith("imteach.")} == {
        *("printed", "errors", "plain", "files", "lazily", "themes", "views"),
        *("protocol", "scenario", "trace", "tell", "learner", "sim", "draw", "cli"),
    }
    assert not loaded & {"imteach.cli.search", "imteach.cli.stats", "imteach.draw.sequence.text", "tomllib", "secrets"}
    assert not loaded & {"hashlib", "json", "pathlib", "sysconfig", "traceback"}  # for others, or for an error
    assert {name for name in loaded if name.partition(".")[0] in HEAVY} == set()


LAZY = [name for name, tree in MODULES.items() if any(ast.unparse(node).startswith("offer(") for node in tree.body)]


@pytest.mark.parametrize("name", LAZY)
def test_what_a_lazy_package_offers_is_what_a_reader_of_its_code_is_told(name):
    (for_readers,) = (node for node in MODULES[name].body if isinstance(node, ast.If))
    told = {alias.name: node.module for node in for_readers.body for alias in node.names}
    at_once = {
        alias.name for node in MODULES[name].body if isinstance(node, ast.ImportFrom) for alias in node.names
    } - {"TYPE_CHECKING", "LAB", "offer", "register"}
    package = importlib.import_module(name)
    assert {*told, *at_once} == set(package.__all__)
    for offered, module in told.items():
        assert getattr(package, offered) is getattr(importlib.import_module(module), offered), offered


@pytest.mark.parametrize("name", LAZY)
def test_what_a_lazy_package_offers_has_no_name_of_a_module_in_it(name):
    """Python binds each module that it loads to its package, in place of what is offered by that name."""
    package = importlib.import_module(name)
    assert {module.name for module in pkgutil.iter_modules(package.__path__)} & set(package.__all__) == set()


def test_a_name_that_a_lazy_package_does_not_offer_is_an_error():
    assert LAZY == ["imteach", "imteach.draw", "imteach.lab", "imteach.tell", "imteach.verify"]
    with pytest.raises(AttributeError, match=r"module 'imteach\.draw' has no attribute 'to_gif'"):
        importlib.import_module("imteach.draw").to_gif  # noqa: B018  # to ask for it is what fails


PACKAGES = ["imteach", *(f"imteach.{package.name}" for package in pkgutil.iter_modules([str(ROOT)]) if package.ispkg)]


@pytest.mark.parametrize("name", PACKAGES)
def test_every_name_that_a_package_offers_is_found_by_looking_around(name):
    """Tab completion asks `dir`, and documentation asks `inspect`."""
    fresh = (
        f"import inspect, pydoc, {name} as package; offered = set(getattr(package, '__all__', []))\n"
        "print(offered - set(dir(package)), offered - dict(inspect.getmembers(package)).keys(),\n"
        "      {name for name in offered if name not in pydoc.render_doc(package, renderer=pydoc.plaintext)})"
    )
    run = subprocess.run([sys.executable, "-c", fresh], cwd=ROOT.parent, capture_output=True, text=True, check=True)
    assert run.stdout == "set() set() set()\n"


@pytest.mark.parametrize("name", ["imteach", "imteach.lab"])
def test_without_an_extra_help_still_tells_of_everything_else(name):
    code = (
        "import sys, pydoc; sys.modules['anywidget'] = None\n"
        f"import {name} as package; print('Lab' in dir(package), len(pydoc.render_doc(package)) > 100)"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT.parent, capture_output=True, text=True, check=True)
    assert run.stdout == "False True\n"


@pytest.mark.parametrize("name", PACKAGES)
def test_every_name_that_a_package_offers_exists(name):
    package = importlib.import_module(name)
    offered = getattr(package, "__all__", [])
    assert len(set(offered)) == len(offered)
    assert [wanted for wanted in offered if not hasattr(package, wanted)] == []
    if name.count(".") < 2 and name not in ("imteach.cli", "imteach.course", "imteach.teacher"):
        assert offered


def test_every_part_has_its_layer():
    assert {part_of(module) for module in MODULES} <= set(HEIGHT), "give a new part its place in LAYERS"


def test_imports_go_one_way_down():
    """Inside functions too: what a value is asked for, and cannot know itself, goes through `imteach.views`."""
    wrong = []
    for module, tree in MODULES.items():
        for function, imported in imports(tree):
            here, there = part_of(module), part_of(imported)
            if imported.partition(".")[0] == "imteach" and here != there and HEIGHT[there] >= HEIGHT[here]:
                wrong.append(f"{module}{f' in {function}' if function else ''} imports {imported}")
    assert wrong == []


def test_no_files_import_each_other_in_a_circle():
    files = {module: {name for _, name in imports(tree) if name in MODULES} for module, tree in MODULES.items()}
    left = dict(files)
    while free := [module for module, needed in left.items() if not needed & left.keys()]:
        for module in free:
            del left[module]
    assert sorted(left) == [], "these need each other, or something that does"


def test_whoever_answers_what_a_value_is_asked_for_exists():
    from imteach import views

    for question, answer in views._REGISTERED.items():
        module, _, name = answer.partition(":")
        assert callable(getattr(importlib.import_module(module), name)), question


def test_no_folder_has_more_files_than_one_can_look_through():
    folders = {folder for folder in ROOT.rglob("*") if folder.is_dir() and folder.name != "__pycache__"}
    modules = {folder: len([*folder.glob("*.py")]) - folder.joinpath("__init__.py").exists() for folder in folders}
    assert {folder.name: count for folder, count in modules.items() if count > MOST_MODULES} == {}


def test_there_is_one_way_to_load_what_is_first_asked_for():
    assert [module for module in PACKAGES for function, _ in imports(MODULES[module]) if function] == []
    loaders = {"imteach.lazily"} | {
        "imteach.lab.jupyter.nodelay"
    }  # the latter loads a part of Jupyter, by a name of its own
    assert {name for name, tree in MODULES.items() if "importlib" in {each for _, each in imports(tree)}} == loaders


def test_the_protocol_knows_no_time_no_chance_no_wire_and_nothing_else_of_imteach():
    allowed = {"collections.abc", "dataclasses", "types", "typing"}  # to write types down, and no more
    allowed |= {"msgspec", "msgspec.structs"}  # and to make values quickly
    for module, tree in MODULES.items():
        if part_of(module) == "protocol":
            named = {name for _, name in imports(tree)}
            assert named <= allowed | {name for name in MODULES if part_of(name) == "protocol"}, module


def test_the_simulator_has_no_clock_no_chance_and_no_wire():
    for module, tree in MODULES.items():
        if part_of(module) in ("scenario", "trace", "tell", "learner", "sim", "verify", "draw"):
            named = {name.partition(".")[0] for _, name in imports(tree)}
            assert not named & {"time", "datetime", "random", "secrets", "uuid", "socket", "asyncio", "threading", "os"}


def test_no_two_classes_have_the_same_name():
    """One word for one thing, also inside."""
    places = {}
    for module, tree in MODULES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(module)
    assert {name: modules for name, modules in places.items() if len(modules) > 1} == {}
    assert {"Scenario", "Walk", "Step"} <= set(places)
