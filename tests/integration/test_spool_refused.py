#!/usr/bin/python3
"""A spool whose folder or disk is taken away while it is used, other than by being full: rights, errors of the device, a
quota, a file system that went read-only, a limit of file sizes. Observing goes on; nothing is lost or doubled.
"""
# build: plain
# waits

import errno
import os
import subprocess

import lab_feeder
import lab_shim
from lab_feeder import LONGEST_S
from test_ship_faults import FaultCase, setUpModule, tearDownModule  # noqa: F401

# without the right of root to do as it likes
ORDINARY = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []


class Refused(FaultCase):
    def goes_on_while(self, *told):
        before = self.feeder.kept
        self.feeder.wait_told(*told)
        self.feeder.wait(lambda: self.feeder.kept > before + 1000, "observing does not go on")

    def test_folder_rights_taken_away(self):
        place = os.path.join(self.folder, "place")
        os.mkdir(place)
        self.spool = os.path.join(place, "spool")
        feeder = self.start(before=ORDINARY)
        self.wait_for_more()
        os.chmod(place, 0)
        self.addCleanup(os.chmod, place, 0o700)
        self.goes_on_while("spool '%s' cannot be looked at: Permission denied" % self.spool, "give the user")
        self.wait_for_more()
        os.chmod(place, 0o700)
        feeder.wait_told("can be looked at again")
        self.wait_for_more()
        self.assertNotIn("deleted", feeder.errors)
        self.assertEqual(sorted(name for name in os.listdir(place) if "damaged" in name), [])
        self.assert_exactly_once()

    def test_folder_rights_to_write_taken_away(self):
        """What is open stays writable."""
        place = os.path.join(self.folder, "place")
        os.mkdir(place)
        self.spool = os.path.join(place, "spool")
        self.start(before=ORDINARY)
        self.wait_for_more()
        os.chmod(place, 0o500)
        self.addCleanup(os.chmod, place, 0o700)
        for _ in range(3):
            self.wait_for_more()
        self.assertNotIn("spool '", self.feeder.errors)
        os.chmod(place, 0o700)
        self.assert_exactly_once()

    def test_rights_to_the_file_taken_away(self):
        self.start(before=ORDINARY)
        self.wait_for_more()
        os.chmod(self.spool, 0)
        for _ in range(3):
            self.wait_for_more()
        self.feeder.end()
        self.assertEqual(self.feeder.process.returncode, 0, self.feeder.errors)
        refused = subprocess.run([*ORDINARY, *self.feeder.process.args[len(ORDINARY):]], capture_output=True, text=True,
                                 timeout=LONGEST_S)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("spool '%s' cannot be opened: Permission denied" % self.spool, refused.stderr)
        os.chmod(self.spool, 0o600)
        self.start()
        self.wait_for_more()
        self.assert_exactly_once()

    def refuses(self, number, *told):
        fault = os.path.join(self.folder, "fault")
        feeder = self.start(environment={**lab_shim.preload(self.folder, "disk_shim"), "DISK_FAULT": fault})
        self.wait_for_more()
        with open(fault, "w") as file:
            file.write(str(number))
        self.goes_on_while(*told)
        os.unlink(fault)
        feeder.wait_told("the disk takes records again")
        self.wait_for_more()
        self.assert_exactly_once()

    def test_errors_of_the_device(self):
        self.refuses(errno.EIO, "disk I/O error", "records wait in memory", "look at the disk")

    def test_a_file_system_that_went_read_only(self):
        self.refuses(errno.EROFS, "disk I/O error", "records wait in memory", "look at the disk")

    def test_a_quota(self):
        self.refuses(errno.EDQUOT, "disk I/O error", "records wait in memory", "look at the disk")

    def test_a_limit_of_file_sizes(self):
        """SIGXFSZ would end the process."""
        feeder = self.start()
        self.wait_for_more()
        most = max(os.path.getsize(self.spool), os.path.getsize(self.spool + "-wal"), 100000)
        subprocess.run(["prlimit", "--pid", str(feeder.process.pid), "--fsize=%d:" % (most // 2)], check=True)
        self.cluster.value("ALTER ROLE %s NOLOGIN" % self.role)  # so that the file has to grow
        self.end_sessions()
        self.goes_on_while("records wait in memory")
        subprocess.run(["prlimit", "--pid", str(feeder.process.pid), "--fsize=unlimited:"], check=True)
        self.cluster.value("ALTER ROLE %s LOGIN" % self.role)
        self.wait_for_more()
        self.assert_exactly_once()


if __name__ == "__main__":
    lab_feeder.main()
