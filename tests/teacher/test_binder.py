"""Binder: the link to it, made from a clone's own remote; and what `binder/` holds for it."""

import os
import re
import shutil
import subprocess
import tomllib
import venv
from pathlib import Path

import pytest
from nightly import NIGHTLY

import imteach
from imteach.cli import main
from imteach.errors import InputError
from imteach.teacher.binder import HANDED_OUT, PROVIDERS, binder_link

ROOT = Path(imteach.__file__).parents[1]
PAGE = "?urlpath=lab%2Ftree%2Fimteach-lessons%2F00-welcome.ipynb"
GITHUB = f"https://mybinder.org/v2/gh/ada/imteach/HEAD{PAGE}"
GITLAB = f"https://mybinder.org/v2/gl/school%2Fnet%2Fimteach/HEAD{PAGE}"

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
REPO2DOCKER = "2026.4.0"

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="no git on this machine: apt install git")


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small repository with what Binder builds from, and without a remote. It is the current folder."""
    for name in ("GIT_DIR", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LC_ALL", "C")  # what git says is compared
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    folder = tmp_path / "clone"
    (folder / "binder").mkdir(parents=True)
    (folder / "binder" / "postBuild").write_text("")
    git(folder, "init", "--quiet")
    monkeypatch.chdir(folder)
    return folder


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What the command says where it cannot make a link: one line, and nothing on standard output."""
    with pytest.raises(SystemExit) as ended:
        main(["binder-link", *arguments])
    assert ended.value.code == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    return err.removeprefix("imteach binder-link: ")


@needs_git
def test_the_link_and_the_badge_of_a_clone(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(clone, "remote", "add", "origin", "git@github.com:ada/imteach.git")
    assert main(["binder-link"]) == 0
    link, badge = capsys.readouterr().out.splitlines()
    assert link == GITHUB
    assert badge == f"[![Binder](https://mybinder.org/badge_logo.svg)]({GITHUB})"


@needs_git
def test_it_is_the_remote_named_origin_whichever_others_there_are(
    clone: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    git(clone, "remote", "add", "upstream", "https://github.com/somebody/else")
    git(clone, "remote", "add", "origin", "https://gitlab.com/school/net/imteach.git")
    monkeypatch.chdir(clone / "binder")  # a folder of the clone is in the clone
    assert main(["binder-link", "--branch", "week 2/drafts#1"]) == 0
    branch = "week%202/drafts%231"
    assert capsys.readouterr().out.splitlines()[0] == GITLAB.replace("HEAD", branch)


@pytest.mark.parametrize(
    ("remote", "link"),
    [
        ("https://github.com/ada/imteach", GITHUB),
        ("https://github.com/ada/imteach.git/", GITHUB),
        ("https://ada:ghp_secret@github.com/ada/imteach.git", GITHUB),
        ("https://GitHub.com/ada/imteach", GITHUB),
        ("ssh://git@github.com/ada/imteach.git", GITHUB),
        ("ssh://git@ssh.github.com:443/ada/imteach.git", GITHUB),
        ("git://github.com/ada/imteach.git", GITHUB),
        ("github.com:ada/imteach.git", GITHUB),
        ("git@gitlab.com:school/net/imteach.git", GITLAB),
        ("ssh://git@altssh.gitlab.com:443/school/net/imteach.git", GITLAB),
        ("https://gitlab.com/ada/imteach", GITLAB.replace("school%2Fnet", "ada")),
    ],
)
def test_each_form_of_a_remote_leads_to_the_same_link(remote: str, link: str) -> None:
    assert binder_link(remote) == link


@pytest.mark.parametrize(
    ("remote", "said"),
    [
        ("https://ada:ghp_secret@git.school.example/ada/imteach", "origin is 'git.school.example'; known are"),
        ("git@git.school.example:ada/imteach.git", "origin is 'git.school.example'; known are"),
        ("../imteach.git", "origin is no address on the web; known are"),
        ("file:///srv/imteach.git", "origin is no address on the web; known are"),
        ("https://[github.com/ada/imteach", "origin is no address on the web; known are"),
        ("https://github.com/imteach", "origin names no repository on github.com: expected OWNER/NAME, got '/imteach'"),
        ("https://github.com/ada/net/imteach", "origin names no repository on github.com"),
        ("git@gitlab.com:imteach", "origin names no repository on gitlab.com"),
        ("https://gitlab.com/ada//imteach", "origin names no repository on gitlab.com"),
    ],
)
def test_a_remote_that_binder_cannot_fetch_is_said_and_never_its_password(remote: str, said: str) -> None:
    with pytest.raises(InputError) as error:
        binder_link(remote)
    assert str(error.value).startswith(said)
    assert "secret" not in str(error.value)
    if "known are" in said:
        assert str(error.value).endswith("known are github.com and gitlab.com")


@needs_git
def test_what_is_no_published_clone_of_imteach_is_said(
    clone: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert refused(capsys).startswith("this clone has no remote named origin")
    assert refused(capsys, "--branch", " ") == "--branch: expected a branch, a tag or a commit, got ' '\n"
    shutil.rmtree(clone / "binder")
    assert refused(capsys).startswith("this is no clone of imteach: ")
    shutil.rmtree(clone / ".git")
    assert refused(capsys).startswith("expected to be called in a clone of imteach; git says: fatal: not a git repo")
    monkeypatch.setenv("PATH", str(clone))
    assert refused(capsys).startswith("git is not installed")


def test_the_link_leads_to_what_binder_hands_out() -> None:
    commands = (ROOT / "binder" / "postBuild").read_text("utf-8").splitlines()
    assert f"python3 -m imteach lessons {HANDED_OUT}" in commands
    assert (ROOT / "lessons" / "00-welcome.ipynb").is_file()
    page = (ROOT / "docs" / "command-line.md").read_text("utf-8")
    for host in {each.host for each in PROVIDERS.values()}:
        assert host in page


# What repo2docker, by which Binder builds, reads of a clone


def told(name: str) -> list[str]:
    return (ROOT / "binder" / name).read_text("utf-8").split()


def test_binder_holds_what_repo2docker_reads_and_nothing_that_it_would_read_instead() -> None:
    """Each further file can win: with an `environment.yml` it takes no Python from `runtime.txt`."""
    assert {file.name for file in (ROOT / "binder").iterdir()} == {
        *("runtime.txt", "requirements.txt", "apt.txt", "postBuild")
    }
    assert not (ROOT / ".binder").exists()  # with two such folders it stops


def test_the_python_of_binder_is_one_that_imteach_is_tested_on() -> None:
    (python,) = told("runtime.txt")
    version = python.removeprefix("python-")
    assert f"Programming Language :: Python :: {version}" in PROJECT["classifiers"]


def test_binder_installs_the_clone_itself_with_all_that_the_lessons_need() -> None:
    assert told("requirements.txt") == ["-e", ".[lab]"]
    assert "lab" in PROJECT["optional-dependencies"]
    assert told("apt.txt") == ["graphviz"]  # for pictures of graphs: pip brings no program


@pytest.mark.skipif(not NIGHTLY, reason="by night: it fetches repo2docker, and takes half a minute")
def test_what_repo2docker_makes_of_it(tmp_path: Path) -> None:
    """The Dockerfile that it would build, which needs no docker; and the JupyterLab that it brings."""
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"

    def run(*arguments: str) -> str:
        env = {**os.environ, "HOME": str(tmp_path), "DOCKER_HOST": "unix:///nowhere"}
        command = [python, "-m", *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=250, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    run("pip", "install", "--quiet", f"jupyter-repo2docker=={REPO2DOCKER}")
    shutil.copytree(ROOT / "binder", tmp_path / "clone" / "binder")
    made = run("repo2docker", "--no-build", "--debug", "clone")
    (version,) = told("runtime.txt")
    assert f"Building conda environment for python={version.removeprefix('python-')}\n" in made
    assert "apt-get install --yes --no-install-recommends graphviz " in made
    steps = [
        "COPY --chown=0:0 src/ ",
        '/bin/pip install --no-cache-dir -r "binder/requirements.txt"',
        "./binder/postBuild",
    ]
    places = [made.rindex(step) for step in steps]
    assert places == sorted(places)  # `-e .` needs the clone, and postBuild what was installed
    (lock,) = (tmp_path / "env").rglob(f"environment.py-{version.removeprefix('python-')}-linux-64.lock")
    (lab,) = re.findall(r"/jupyterlab-([\d.]+)-", lock.read_text())
    (floor,) = re.findall(r"^jupyterlab>=([\d.]+)$", "\n".join(PROJECT["optional-dependencies"]["lab"]), re.MULTILINE)
    assert [*map(int, lab.split("."))] >= [*map(int, floor.split("."))]  # so pip leaves it as it is
    assert f"JupyterLab {lab}, from repo2docker {REPO2DOCKER}" in (ROOT / "docs" / "hosts.md").read_text("utf-8")
