"""What failed and why, in few lines: the end of tests/run, of which continuous integration shows no more than the end.

    print("\n".join(failures.summary([("integration/ship (sanitized)", output), ...])))

A line for each suite that failed, below it one for each of its tests, and below that what decides: the last frame of
a traceback and its message, the failing line of a Check program, the report of a sanitizer, the error of a compiler.
Of an output in no known form, the lines that do not tell of a success. All within a number of lines, whatever failed:
many failures get fewer lines each, and what finds no room is counted.
"""
import re

MOST_LINES = 48
MOST_COLUMNS = 300
MOST_DETAILS = 8

UNITTEST_FAILURE = re.compile(r"^={70}\n((?:FAIL|ERROR): [^\n]*)\n-{70}\n(.*?)(?=^={70}$|^-{70}$|\Z)", re.M | re.S)
FRAME = re.compile(r'^ +File ".*", line \d+', re.M)
CHECK_FAILURE = re.compile(r"^.+\.[ch]:\d+:[FE]:.*$", re.M)
SANITIZER = re.compile(r"^.*(?:ERROR: \w+Sanitizer|runtime error:|SUMMARY: \w+Sanitizer).*$|^ +#[0-5] .*$", re.M)
BUILD_ERROR = re.compile(r"^.*(?:: (?:fatal )?error: |undefined reference to|\*\*\* \[).*$", re.M)
OF_NO_INTEREST = re.compile(r"\d+ passed, \d+ failed| ok$|^warning: |^[.sxuFE]+$|^-+$|^OK\b|^Ran \d+ tests?"
                            r"|^\d+%: Checks: ")
OWN_WORD = re.compile(r"^.*: (?:stopped after \d+ s|printed no count, .*|exit status .*|ran no test|was not built)$",
                      re.M)
HUNG = re.compile(r'^(?:Current t|T)hread 0x.*\n(?:  File .*\n?)+', re.M)


def why(traceback):
    """The lines of a traceback from the last frame on: where, and what was said."""
    frames = list(FRAME.finditer(traceback))
    lines = traceback[frames[-1].start() if frames else 0:].splitlines()
    return [line.strip() for line in lines if line.strip(" ?^~+-")]


def hung(output):
    """Where Python's processes stood when they were ended for taking too long: the frames of the tests."""
    return [f"it stood in{line}" for thread in HUNG.findall(output) for line in thread.splitlines()
            if "/tests/" in line][:MOST_DETAILS]


def of_suite(output):
    """[(what failed, [lines that tell why])] of the output of a suite that failed."""
    found = [(title, why(text)) for title, text in UNITTEST_FAILURE.findall(output)]
    found += [(line, []) for line in CHECK_FAILURE.findall(output)]
    for pattern in (SANITIZER, BUILD_ERROR):
        lines = [line.strip() for line in pattern.findall(output)]
        if lines:
            found.append((lines[0], lines[1:]))
    found += [(line, hung(output)) for line in OWN_WORD.findall(output)]
    lines = [line for line in output.splitlines() if line.strip() and not OF_NO_INTEREST.search(line)]
    if lines and not found:
        found.append((lines[0], lines[1:MOST_DETAILS]))
    return found


def cut(line, indent):
    """A long line without its middle: what was asked stands at its begin, what there was at its end."""
    half = MOST_COLUMNS // 2
    return indent + (line if len(line) <= MOST_COLUMNS else line[:half] + " ... " + line[-half:])


def summary(suites):
    """The lines for a list of (name, output) of the suites that failed."""
    found = [(name, of_suite(output)) for name, output in suites]
    titles = sum(1 + len(failures) for _, failures in found)
    failures = max(1, titles - len(found))
    details = max(0, min(MOST_DETAILS, (MOST_LINES - titles) // failures))
    lines = []
    for name, failed in found:
        lines.append(cut(name, "FAILED  "))
        for title, rest in failed:
            lines.append(cut(title, "  "))
            lines += [cut(line, "      ") for line in rest[:details]]
    if len(lines) > MOST_LINES:
        lines[MOST_LINES - 1:] = [f"and {len(lines) - MOST_LINES + 1} lines more, see above"]
    return lines
