#!/usr/bin/python3
"""An independent recomputation: every node of every golden statement, from the statement alone.

Another language, another arithmetic (fractions), nothing shared with the program: each derived node's formula is
evaluated over the values of its inputs and must give the node's value; every figure of the statement must be the
value of the node it names. Then one node after another is altered, and the alteration must be noticed.
"""
import ast
import json
import operator
import os
import subprocess
import sys
from fractions import Fraction
from math import ceil, floor

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.join(os.path.abspath(os.environ.get("GOVSLA_BUILD", "build")), "bin", "slacalc")


def half_even(x, unit):
    return round(x / unit) * unit


def half_up(x, unit):
    return (floor(x / unit + Fraction(1, 2)) if x >= 0 else ceil(x / unit - Fraction(1, 2))) * unit


def bands(x, rest, ends="from"):
    return [r for lo, hi, r in zip(rest[::3], rest[1::3], rest[2::3])
            if lo < x < hi or (x == lo < hi and ends == "from") or (lo < x == hi and ends == "to")]


def first(ends):
    return lambda x, *rest: (bands(x, rest, ends) or [Fraction(0)])[0]


def severest(ends):
    return lambda x, *rest: max(bands(x, rest, ends), default=Fraction(0))


def when(compare):
    return lambda x, y, rate: rate if compare(x, y) else Fraction(0)


FUNCTIONS = {
    "min": min, "max": max, "half_even": half_even, "half_up": half_up,
    "floor": lambda x, unit: floor(x / unit) * unit, "ceil": lambda x, unit: ceil(x / unit) * unit,
    "rate": first("from"), "rate_to": first("to"), "rate_open": first("none"),
    "severest": severest("from"), "severest_to": severest("to"), "severest_open": severest("none"),
    "lt": when(operator.lt), "le": when(operator.le), "gt": when(operator.gt), "ge": when(operator.ge),
    "eq": when(operator.eq),
}
OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def evaluate(tree, text, values):
    if isinstance(tree, ast.Constant):
        return Fraction(ast.get_source_segment(text, tree))
    if isinstance(tree, ast.Name):
        return values[tree.id]
    if isinstance(tree, ast.UnaryOp) and isinstance(tree.op, ast.USub):
        return -evaluate(tree.operand, text, values)
    if isinstance(tree, ast.BinOp):
        return OPERATORS[type(tree.op)](evaluate(tree.left, text, values), evaluate(tree.right, text, values))
    if isinstance(tree, ast.Call):
        return Fraction(FUNCTIONS[tree.func.id](*[evaluate(a, text, values) for a in tree.args]))
    raise ValueError(f"not understood: {text}")


def wrong_nodes(nodes):
    """The names of the nodes whose value is not what their formula gives."""
    values = {name: Fraction(node["value"]) for name, node in nodes.items()}
    wrong = []
    for name, node in nodes.items():
        if node["formula"] == "given":
            continue
        seen = {i: values[i] for i in node["inputs"]}
        if evaluate(ast.parse(node["formula"], mode="eval").body, node["formula"], seen) != values[name]:
            wrong.append(name)
        elif node["rounding"] is None and node["exact"] != node["value"]:
            wrong.append(name)
    return wrong


def wrong_figures(value, nodes):
    """Figures that differ from the node they name (the "nodes" object beside them)."""
    if isinstance(value, list):
        return [w for item in value for w in wrong_figures(item, nodes)]
    if not isinstance(value, dict):
        return []
    wrong = [w for key, item in value.items() if key != "derivations" for w in wrong_figures(item, nodes)]
    flat = dict(value)
    if "nodes" in value:
        flat.update(value.get("percent", value.get("measure", {})), **value.get("latency_ms", {}))
        flat.update({"downtime_" + k: v for k, v in value.get("downtime_s", {}).items()})
    for key, node in value.get("nodes", {}).items():
        if node is not None and nodes[node]["value"] != flat.get(key):
            wrong.append(f"{key} is {flat.get(key)}, its node {node} says {nodes[node]['value']}")
    if "node" in value and value["node"] is not None and nodes[value["node"]]["value"] != value["amount"]:
        wrong.append(f"amount {value['amount']} is not node {value['node']}")
    return wrong


def alterations_missed(nodes):
    """Derived nodes that could be altered without anybody noticing."""
    missed = []
    for name, node in nodes.items():
        if node["formula"] == "given":
            continue
        altered = dict(nodes, **{name: dict(node, value=str(Fraction(node["value"]) + 1))})
        if not wrong_nodes(altered):
            missed.append(name)
    return missed


def check(name, thorough):
    done = subprocess.run([PROGRAM, "evaluate", "--json", os.path.join(HERE, name, "case.json")],
                          capture_output=True, text=True, check=True)
    statement = json.loads(done.stdout)
    nodes = statement["derivations"]
    found = wrong_nodes(nodes) + wrong_figures(statement, nodes)
    return found + (alterations_missed(nodes) if thorough else [])


def main():
    names = [n for n in sorted(os.listdir(HERE)) if os.path.exists(os.path.join(HERE, n, "expect.json"))]
    failed = 0
    for name in names:
        found = check(name, thorough=name.startswith(("chain-", "credit-two", "five-")))
        failed += bool(found)
        for line in found:
            print(f"{name}: {line}")
    print(f"{len(names) - failed} passed, {failed} failed")
    return 1 if failed or not names else 0


sys.exit(main())
