"""lab_shim: libraries of shim/ that a process is started with; each one's head says what it does and how it is steered.

    lab.run(targets, environment={**lab_shim.preload(folder, "disk_shim"), "DISK_FAULT": path})
"""

import os
import subprocess

SOURCES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "shim")


def preload(folder, *names):
    """Builds those that are not yet in the folder; returns the environment in which a program has them all. By name and
    search path, since a space in LD_PRELOAD, which a folder may have, begins another library."""
    for name in names:
        library = os.path.join(folder, name + ".so")
        if not os.path.exists(library):
            subprocess.run(["cc", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", library,
                            os.path.join(SOURCES, name + ".c")], check=True)
    before = os.environ.get("LD_LIBRARY_PATH")
    return {"LD_PRELOAD": " ".join(name + ".so" for name in names),
            "LD_LIBRARY_PATH": folder + (":" + before if before else "")}
