#!/usr/bin/python3
"""--help of both programs: each command has its own, it says what the command takes, and the man pages say the same."""
import os
import re
import subprocess
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.path.join(os.path.abspath(os.environ.get("GOVSLA_BUILD", os.path.join(ROOT, "build"))), "bin")
MAN = os.path.join(ROOT, "docs", "man")
PROGRAMS = ("slamon", "slacalc")


def run(program, *arguments):
    done = subprocess.run([os.path.join(BIN, program), *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=300)
    return done.returncode, done.stdout, done.stderr


def commands(program):
    return re.findall(r"^  ([a-z-]+) ", run(program, "--help")[1], re.M)


def options(text):
    """The options that a help text names; -o, --output is one."""
    return set(re.findall(r"(?<![\w-])--?([a-z][a-z-]*)", text)) - {"output", "help"}


def manual(program):
    with open(os.path.join(MAN, program + ".1"), encoding="utf-8") as file:
        return file.read()


def named(text):
    """The options that a part of a man page names."""
    return set(re.findall(r"\bFl -?([a-z][a-z-]*)", text))


def synopsis(program):
    """Of each command in the man page's synopsis the options."""
    found = {}
    text = manual(program).split(".Sh SYNOPSIS\n")[1].split("\n.Sh ")[0]
    for form in text.split(".Nm\n"):
        command = re.match(r"\.Cm ([a-z-]+)", form)
        if command:
            found.setdefault(command[1], set()).update(named(form))
    return found


def about(program, command):
    """What the man page's list of commands says of one."""
    return "".join(re.findall(rf"^\.It Cm {command}\b(.*?)(?=^\.It Cm|^\.El)", manual(program), re.M | re.S))


class Usage(unittest.TestCase):
    def test_each_command_has_its_own_help(self):
        for program in PROGRAMS:
            for command in commands(program):
                with self.subTest(program=program, command=command):
                    code, out, err = run(program, command, "--help")
                    self.assertEqual((code, err), (0, ""))
                    self.assertTrue(out.startswith(f"usage: {program} {command}"), out)
                    self.assertEqual(re.findall(r"^usage: ", out, re.M), ["usage: "])
                    for arguments in ((command, "a", "-h"), ("help", command)):
                        self.assertEqual(run(program, *arguments), (code, out, err))

    def test_the_man_page_names_the_same_options(self):
        for program in PROGRAMS:
            listed = synopsis(program)
            self.assertEqual(sorted(listed), sorted(commands(program)))
            for command, known in listed.items():
                with self.subTest(program=program, command=command):
                    helped = options(run(program, command, "--help")[1])
                    self.assertTrue(about(program, command))
                    self.assertLessEqual(known, helped)
                    self.assertLessEqual(helped, known | named(about(program, command)))

    def test_each_option_that_help_names_is_known(self):
        for program in PROGRAMS:
            for command in commands(program):
                for option in options(run(program, command, "--help")[1]):
                    with self.subTest(program=program, command=command, option=option):
                        # too many arguments, so that nothing is done
                        code, _, err = run(program, command, *"abcdef", "-o" if option == "o" else f"--{option}")
                        self.assertEqual((code, re.findall("(?:unknown|has no) option", err)), (2, []), err)

    def test_slamon(self):
        """Its help has everything that one needs to know, in lines that a terminal takes."""
        for command in commands("slamon"):
            with self.subTest(command):
                text = run("slamon", command, "--help")[1]
                self.assertLess(max(map(len, text.splitlines())), 80)
                self.assertIn(f"\nexample\n  slamon {command}", text)
                told = set(re.findall(r"^  (\d)  ", text.split("\nexit status\n")[1], re.M))
                self.assertLessEqual({"0", "2"}, told)
                self.assertLessEqual(told, set(re.findall(r"^\.It (\d)$", manual("slamon"), re.M)))

    def test_all_commands(self):
        for program in PROGRAMS:
            for arguments in (("--help",), ("-h",), ("help",)):
                code, out, err = run(program, *arguments)
                self.assertEqual((code, err, out.split("\n")[0][:len(program) + 15]), (0, "", f"usage: {program} COMMAND"))
            self.assertRegex(run(program, "--version")[1], rf"^{program} \d+\.\d+\.\d+\n$")

    def test_wrong_command_lines(self):
        for arguments, cause in (
                ((), "no command given\nhint: slamon --help\n"),
                (("fly",), "no command 'fly'\nhint: slamon --help\n"),
                (("fly", "--help"), "no command 'fly'\nhint: slamon --help\n"),
                (("help", "fly"), "no command 'fly'\nhint: slamon --help\n"),
                (("reflect", "--sessions", "5"), "--sessions needs --stateful\nhint: slamon reflect --help\n"),
                (("reflect", "--idle", "5m"), "--idle needs --stateful\nhint: slamon reflect --help\n"),
                (("run", "a", "--for", "1s", "--for", "2s"), "--for is there twice\nhint: slamon run --help\n"),
                (("check",), "'check' needs the configuration file\nhint: slamon check --help\n"),
                (("check", "a", "b"), "'b' is one argument too many\nhint: slamon check --help\n"),
                (("check", "a", "--for", "1s"), "'check' has no option '--for'\nhint: slamon check --help\n"),
                (("check", "a", "--json=1"), "'check' has no option '--json=1'\nhint: slamon check --help\n"),
                (("run", "a", "--fro=1s"), "'run' has no option '--fro=1s'\nhint: slamon run --help\n"),
                (("run", "a", "-f"), "'run' has no option '-f'\nhint: slamon run --help\n"),
                (("run", "a", "--for"), "option '--for' needs a value\nhint: slamon run --help\n"),
                (("run", "a", "--for", "soon"), "'soon' is not a time such as 90s, 30m or 6h\nhint: slamon run --help\n"),
                (("run", "a", "--for", "0s"), "--for must be longer than 0\nhint: slamon run --help\n"),
                (("run", "a", "--for", "99999d"), "'99999d' is not a time such as 90s, 30m or 6h\nhint: slamon run --help\n")):
            with self.subTest(arguments):
                self.assertEqual(run("slamon", *arguments), (2, "", "slamon: " + cause))


if __name__ == "__main__":
    unittest.main()
