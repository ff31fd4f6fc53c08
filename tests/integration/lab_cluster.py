"""lab_cluster: a private PostgreSQL with our migrations, in a temporary directory, gone afterwards whatever happens.

    with lab_cluster.Cluster() as cluster:
        cluster.register(1, "tokyo")
        cluster.value("SELECT count(*) FROM sample")

Through sql/local-cluster, as users get it. The migrations are applied by psql, each in one transaction.
"""

import glob
import os
import shutil
import subprocess
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SCRIPT = os.path.join(ROOT, "sql", "local-cluster")
BUILD = os.path.join(ROOT, os.environ.get("GOVSLA_BUILD", "build"))
SOCKET_FOLDER_MOST = 60
HASTE = ("fsync", "full_page_writes", "synchronous_commit", "autovacuum")

# The psql of Debian's PATH is a Perl program that looks for the real one, which takes longer than the query.
for _psql in sorted(glob.glob("/usr/lib/postgresql/*/bin/psql")):
    os.environ["PATH"] = os.path.dirname(_psql) + ":" + os.environ["PATH"]


def program(name):
    """The path of a program beside the real ones, such as spool_feeder."""
    return os.path.join(BUILD, "tests", "integration", name)


def short_folder(case):
    """A new folder for a test case's Unix socket, whose path has 107 bytes at most, wherever temporary files are."""
    return folder_of(case, len(tempfile.gettempdir()) > SOCKET_FOLDER_MOST)


def unquoted_folder(case):
    """A new folder for a test case's tablespace, in whose path PostgreSQL takes no single quote."""
    return folder_of(case, "'" in tempfile.gettempdir())


def folder_of(case, elsewhere):
    folder = tempfile.mkdtemp(prefix="gs-", dir="/tmp" if elsewhere else None)
    case.addCleanup(shutil.rmtree, folder, ignore_errors=True)
    return folder


def runs(pid):
    """Whether that process runs; one that has ended and that nobody has waited for does not."""
    try:
        with open("/proc/%d/stat" % pid) as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):  # the latter when it ends while it is read
        return False


class Cluster:
    """durable: as users have it; without it is quicker, and would not survive a power cut. Who sets keep finds the
    folder afterwards, with the server stopped."""

    def __init__(self, migrate=True, durable=True):
        self.folder = tempfile.mkdtemp(prefix="govsla-lab-")
        self.migrate, self.durable, self.keep = migrate, durable, False

    def __enter__(self):
        try:
            self.start()
            if not self.durable:
                self.psql(*(word for name in HASTE for word in ("--command", "ALTER SYSTEM SET %s = off" % name)),
                          "--command", "SELECT pg_reload_conf()")
            if self.migrate:
                for path in sorted(glob.glob(os.path.join(ROOT, "sql", "migrations", "*.sql"))):
                    self.psql("--single-transaction", "--file", path)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        subprocess.run([SCRIPT, "stop", self.folder], check=False)
        if not self.keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    def start(self):
        subprocess.run([SCRIPT, "start", self.folder], check=True)
        self.url = subprocess.run([SCRIPT, "url", self.folder], check=True, capture_output=True,
                                  text=True).stdout.strip()
        with open(os.path.join(self.folder, "socket")) as file:
            self.socket_folder = file.read().strip()

    def restart(self):
        subprocess.run([SCRIPT, "stop", self.folder], check=True)
        self.start()

    def postmaster(self):
        """The process id of the server."""
        with open(os.path.join(self.folder, "postgres", "postmaster.pid")) as file:
            return int(file.readline())

    def log(self):
        with open(os.path.join(self.folder, "postgres.log")) as file:
            return file.read()

    def url_of(self, role):
        return self.url.replace("user=govsla", "user=" + role)

    def psql(self, *arguments, role="govsla", check=True):
        done = subprocess.run(["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align",
                               "--set=ON_ERROR_STOP=1", "--dbname", self.url_of(role), *arguments],
                              capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if check and done.returncode != 0:
            raise AssertionError("psql %s: %s" % (" ".join(arguments), done.stderr))
        return done

    def value(self, sql, role="govsla"):
        return self.psql("--command", sql, role=role).stdout.strip()

    def change(self, sql):
        """A change of the schema while others write and read: DROP TRIGGER locks the partitions before their table, they
        lock the table first, so that the server would have to give up either."""
        self.value("LOCK TABLE sample IN ACCESS EXCLUSIVE MODE; " + sql)

    def error(self, sql, role):
        """What the server says to a statement that it must refuse; "" when it does not refuse."""
        return self.psql("--command", sql, role=role, check=False).stderr.strip()

    def register(self, number, name):
        return self.value("SELECT vantage_register(%d, '%s', '%s')" % (number, name, name))
