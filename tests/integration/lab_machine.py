"""lab_machine: a machine of its own in namespaces, with systemd as its process 1.

    with lab_machine.Machine(folder) as machine:
        machine.boot()
        machine.write("/etc/govsla/tokyo.json", text)
        machine.run("systemctl", "start", "slamon@tokyo")
        machine.boot()                      # again: what it wrote is kept

Its files are this machine's, and what it writes goes over them into the folder (overlayfs; so the folder must not lie
on one, a tmpfs is right). It has its own processes, network (none at first), host name, units and clusters of
PostgreSQL, and may not load modules, set the clock or change what all share in /proc/sys. Root only.
"""

import contextlib
import os
import signal
import subprocess

from lab_net import wait_for

ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
EMPTY = ("/etc/systemd/system", "/etc/govsla", "/etc/postgresql", "/var/lib/postgresql")  # this machine's own are not seen
WITHOUT = "-sys_module,-sys_time,-sys_rawio,-syslog"

# $1 the folder, $2 what is seen at /srv/govsla, then the empty folders. systemd wants /proc, /sys, /dev, /run and its own
# part of the control groups; see "Container Interface", systemd.io.
BOOT = """
set -e
folder=$1; seen=$2; shift 2
root=$folder/root
mount -t overlay -o "lowerdir=/,upperdir=$folder/upper,workdir=$folder/work" overlay "$root"
for empty; do
    mkdir -p "$folder/own$empty" "$root$empty"
    mount --bind "$folder/own$empty" "$root$empty"
done
mkdir -p "$root/srv/govsla" "$root/old"
mount --bind "$seen" "$root/srv/govsla"
mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
mount --bind "$root/proc/sys" "$root/proc/sys"
mount --bind "$root/proc/sys/net" "$root/proc/sys/net"
mount -o remount,bind,ro "$root/proc/sys"
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs "$root/sys"
mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755,nosuid,strictatime tmpfs "$root/dev"
mkdir "$root/dev/pts" "$root/dev/shm"
for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
mount -t tmpfs -o mode=755,nosuid,nodev tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
cd "$root"
pivot_root . old
umount -l /old
exec setpriv --bounding-set "$WITHOUT" /lib/systemd/systemd --system --unit=multi-user.target
"""


def own_control_group():
    """The folder of this process in the second version of the control groups, which systemd needs."""
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        mounts = [line.split() for line in file]
    with open("/proc/self/cgroup", encoding="utf-8") as file:
        own = [line[3:].strip("/\n") for line in file if line.startswith("0::")]
    for mount in mounts:
        if mount[mount.index("-") + 1] == "cgroup2" and own:
            return os.path.join(mount[4], own[0])
    raise RuntimeError("no control groups of the second version are mounted here")


class Machine:
    def __init__(self, folder, seen):
        """seen: the folder that it sees as /srv/govsla."""
        self.folder, self.seen = folder, seen
        self.outside = None  # the process that waits for its process 1
        for name in ("upper", "work", "root"):
            os.mkdir(os.path.join(folder, name))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.power_off()

    def boot(self):
        """Begins, or ends and begins again; returns while it still starts its units."""
        self.power_off()
        self.group = os.path.join(own_control_group(), f"govsla-machine-{os.getpid()}")
        os.mkdir(self.group)
        self.outside = subprocess.Popen(
            ["sh", "-c", 'echo $$ >"$0/cgroup.procs"; exec "$@"', self.group, "unshare", "--mount", "--propagation", "private",
             "--pid", "--fork", "--kill-child", "--uts", "--ipc", "--net", "--cgroup", "bash", "-c", BOOT, "bash", self.folder,
             self.seen, *EMPTY],
            stdin=subprocess.DEVNULL, env={**ENVIRONMENT, "container": "govsla", "WITHOUT": WITHOUT})
        wait_for(lambda: self.state() in ("starting", "running", "degraded"), "process 1")

    def power_off(self):
        if self.outside is None:
            return
        with contextlib.suppress(ProcessLookupError, IndexError):
            os.kill(self.first(), signal.SIGRTMIN + 4)  # systemd(1): poweroff.target
        try:
            self.outside.wait(120)
        finally:
            self.outside.kill()
            self.outside.wait()
            self.outside = None
            for folder, _, _ in os.walk(self.group, topdown=False):
                os.rmdir(folder)

    def first(self):
        """Its process 1, as this machine numbers it."""
        pid = self.outside.pid
        with open(f"/proc/{pid}/task/{pid}/children", encoding="utf-8") as file:
            return int(file.read().split()[0])

    def try_run(self, *command, text=""):
        """text: what the command reads."""
        return subprocess.run(["nsenter", "--all", f"--target={self.first()}", "--", *command], input=text,
                              capture_output=True, text=True, env=ENVIRONMENT, timeout=600, check=False)

    def run(self, *command, **more):
        """What it prints; a command that fails is an error."""
        done = self.try_run(*command, **more)
        if done.returncode != 0:
            raise AssertionError(f"{' '.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def write(self, path, text, owner="root", mode="644"):
        self.run("install", "-D", "-o", owner, "-m", mode, "/dev/stdin", path, text=text)

    def state(self):
        """systemctl(1), is-system-running; "" before there is a process 1."""
        try:
            return self.try_run("systemctl", "is-system-running").stdout.strip()
        except (OSError, IndexError):
            return ""
