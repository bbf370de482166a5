"""A link that opens the lessons on mybinder.org: from a clone's own git remote, without asking the network."""

import subprocess
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote, urlsplit

from imteach.course.workspace import lesson_names, shipped_lessons
from imteach.errors import InputError, quoted

HANDED_OUT = "imteach-lessons"
"""Where `binder/postBuild` hands the lessons out."""

_BINDER = "https://mybinder.org"


class Provider(NamedTuple):
    """How Binder calls a host of repositories, and how it wants what stands between the owner and the name."""

    prefix: str
    host: str
    slash: str  # GitLab has groups in groups, so Binder could not tell where such a name ends and the branch begins
    most: int  # parts of a repository's name


_GITHUB, _GITLAB = Provider("gh", "github.com", "/", 2), Provider("gl", "gitlab.com", "%2F", 20)

PROVIDERS = {  # by the host of a remote; each has a second one for ssh where port 22 is closed
    "github.com": _GITHUB,
    "ssh.github.com": _GITHUB,
    "gitlab.com": _GITLAB,
    "altssh.gitlab.com": _GITLAB,
}


def binder_link(remote: str, branch: str = "HEAD") -> str:
    """Return the link for the repository that this git remote names, at a branch, a tag or a commit.

    HEAD is the branch that the host calls its default. The link opens the welcome page among the lessons that Binder
    has handed out. Raises `InputError` for a host that is not known.

    >>> binder_link("git@github.com:ada/imteach.git")
    'https://mybinder.org/v2/gh/ada/imteach/HEAD?urlpath=lab%2Ftree%2Fimteach-lessons%2F00-welcome.ipynb'
    >>> binder_link("https://gitlab.com/school/net/imteach", "spring").partition("?")[0]
    'https://mybinder.org/v2/gl/school%2Fnet%2Fimteach/spring'
    """
    host, path = _host_and_path(remote)
    provider = PROVIDERS.get(host)
    if provider is None:
        known = " and ".join(dict.fromkeys(each.host for each in PROVIDERS.values()))
        raise InputError(f"origin is {quoted(host) if host else 'no address on the web'}; known are {known}")
    names = path.strip("/").removesuffix(".git").split("/")
    if not 2 <= len(names) <= provider.most or "" in names:
        raise InputError(f"origin names no repository on {provider.host}: expected OWNER/NAME, got {quoted(path)}")
    repository = provider.slash.join(quote(name, safe="") for name in names)
    page = quote(f"lab/tree/{HANDED_OUT}/{lesson_names(shipped_lessons())[0]}", safe="")
    return f"{_BINDER}/v2/{provider.prefix}/{repository}/{quote(branch)}?urlpath={page}"


def badge(link: str) -> str:
    """Return Markdown for a badge that leads there.

    >>> badge("https://mybinder.org/v2/gh/ada/imteach/HEAD")
    '[![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/ada/imteach/HEAD)'
    """
    return f"[![Binder]({_BINDER}/badge_logo.svg)]({link})"


def _host_and_path(remote: str) -> tuple[str, str]:
    """Return which host a remote is on ("" for none) and its path there, without the name or password for the host.

    >>> _host_and_path("https://ada:secret@github.com/ada/imteach.git"), _host_and_path("git@gitlab.com:ada/imteach")
    (('github.com', '/ada/imteach.git'), ('gitlab.com', 'ada/imteach'))
    """
    if "://" in remote:
        try:
            parts = urlsplit(remote)
            return parts.hostname or "", unquote(parts.path)
        except ValueError:  # such as [ without ] in the host
            return "", ""
    host, _, path = remote.partition(":")
    return ("", remote) if not path or "/" in host else (host.rpartition("@")[2].lower(), path)


def origin_of(folder: Path) -> str:
    """Return the remote called origin of the clone of imteach that this folder is in.

    Raises `InputError` if there is no git, no clone, none of imteach, or no such remote.
    """
    top, said = _git(folder, "rev-parse", "--show-toplevel")
    if not top:
        raise InputError(f"expected to be called in a clone of imteach; git says: {said}")
    if not Path(top, "binder", "postBuild").is_file():
        raise InputError(f"this is no clone of imteach: {top} has no binder/postBuild, from which Binder builds")
    remote, _ = _git(folder, "remote", "get-url", "origin")
    if not remote:
        raise InputError("this clone has no remote named origin, so nobody else can get it: git remote add origin URL")
    return remote


def _git(folder: Path, *arguments: str) -> tuple[str, str]:
    """Return what git answers there, or else "" and the first line of what it says of that."""
    try:
        ran = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, encoding="utf-8", check=False)
    except FileNotFoundError:
        raise InputError("git is not installed, and only git knows where a clone is published") from None
    return ran.stdout.strip() if ran.returncode == 0 else "", ran.stderr.partition("\n")[0]
