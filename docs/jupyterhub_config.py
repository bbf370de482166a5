"""JupyterHub for a class, to be tried out on this machine: one password for all, and nobody is kept apart from others.

    IMTEACH_PASSWORD=... jupyterhub --config docs/jupyterhub_config.py

`docs/class-server.md` says what it needs, and what to change for a real class.
"""

import os
import sys
from pathlib import Path

from imteach.course.serve import CONFIG, DATA, as_root

password = os.environ.get("IMTEACH_PASSWORD", "")
if len(password) < 8:
    sys.exit("IMTEACH_PASSWORD is to be a password of at least 8 characters: IMTEACH_PASSWORD=... jupyterhub ...")

c = get_config()  # noqa: F821 - a function that JupyterHub gives this file

# Whenever a learner's server starts, it first brings the lessons up to date, as the learner and in the learner's home:
# what was changed there stays. The server starts also where that fails.
START = 'imteach lessons "$HOME/imteach-lessons"; exec jupyterhub-singleuser "$@"'
c.Spawner.cmd = ["sh", "-c", START, "imteach"]
c.Spawner.notebook_dir = "~/imteach-lessons"
c.Spawner.default_url = "/lab/tree/00-welcome.ipynb"

# A whole class comes at once, and each server takes some seconds of a core.
c.Spawner.start_timeout = c.Spawner.http_timeout = 120

# What `imteach lab` sets: no news, no blank page below a lesson, and five kernels for each learner, of those used last.
c.Spawner.environment = {
    "JUPYTER_CONFIG_PATH": str(CONFIG),
    "JUPYTER_PATH": str(DATA),
    "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),  # where `imteach` is
}

# Who has closed the page gives back the kernels after an hour, and the server after one more.
c.Spawner.args = ["--MappingKernelManager.cull_idle_timeout=3600", "--ServerApp.shutdown_no_activity_timeout=3600"]

# From here on it is for trying it out.
c.JupyterHub.bind_url = "http://127.0.0.1:8000"
c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = password
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = f"{Path.cwd()}/class/{{username}}"
if as_root():
    c.Spawner.args += ["--allow-root"]
