#!/usr/bin/python3
"""An independent checker of statements: `statement_checker.py STATEMENT.json…`.

Another language, another arithmetic (fractions), nothing shared with the program, nothing read but the statement:

- every derived node: its formula over the values of its inputs gives its value; a rounded one was rounded once, as its
  rounding says;
- every figure of the statement is the value of the node that it names, and every node is the input of another or is
  named by a figure: so that no node can be altered unseen;
- verdicts follow from the measures and the objective; credits, obligations, pass-through, sharings and the ledger add up.

Exit status 0 when nothing is wrong, 1 with a line for each thing that is.
"""
import ast
import json
import operator
import sys
from fractions import Fraction
from math import ceil, floor

sys.setrecursionlimit(20000)  # a sum over 1,741 bodies nests as deep

# ---- formulas ----


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


ROUNDINGS = {
    "floor": lambda x, unit: floor(x / unit) * unit, "ceil": lambda x, unit: ceil(x / unit) * unit,
    "half_up": half_up, "half_even": half_even,
}
FUNCTIONS = {
    "min": min, "max": max, **ROUNDINGS,
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


# ---- nodes ----


def check_node(name, node, values):
    """What is wrong with one node, its inputs taken as they are."""
    if node["formula"] == "given":
        return [f"{name} is given and {node['exact']}, but {node['value']}"] if node["exact"] != node["value"] else []
    seen = {i: values[i] for i in node["inputs"]}
    value = evaluate(ast.parse(node["formula"], mode="eval").body, node["formula"], seen)
    if value != values[name]:
        return [f"{name} is {node['value']}, its formula gives {value}"]
    rounding, exact = node["rounding"], Fraction(node["exact"])
    if rounding is None:
        return [] if exact == value else [f"{name} is {value} of {exact} and names no rounding"]
    unit = Fraction(rounding["unit"])
    if rounding["rule"] in ROUNDINGS and ROUNDINGS[rounding["rule"]](exact, unit) != value:
        return [f"{name} is {value}, {rounding['rule']} of {exact} is not"]
    return []


def wrong_nodes(nodes):
    """One line for each node whose value is not what its formula gives."""
    values = {name: Fraction(node["value"]) for name, node in nodes.items()}
    return [line for name, node in nodes.items() for line in check_node(name, node, values)]


# ---- figures ----


def named_figures(value, path=""):
    """(where, figure, node) of every figure that names its node."""
    if isinstance(value, list):
        for i, item in enumerate(value):
            yield from named_figures(item, f"{path}[{i}]")
    if not isinstance(value, dict):
        return
    for key, node in value.get("nodes", {}).items():
        yield f"{path}.{key}", figure_of(value, key), node
    if isinstance(value.get("node"), str) and "amount" in value:
        yield f"{path}.amount", value["amount"], value["node"]
    for key, item in value.items():
        if key not in ("derivations", "nodes"):
            yield from named_figures(item, f"{path}.{key}")


def figure_of(value, key):
    """The figure that a key of "nodes" speaks of: beside it, or in one of the groups beside it."""
    outer, _, inner = key.partition(".")
    if inner:
        return value.get(outer, {}).get(inner)
    if key == "objective":
        return next((v for k, v in value[key].items() if k != "op"), None)
    if not isinstance(value.get(key, {}), dict):
        return value[key]
    for group in ("percent", "measure", "length", "latency_ms"):
        if key in value.get(group, {}):
            return value[group][key]
    return None


def wrong_figures(statement, nodes):
    wrong = []
    for where, figure, node in named_figures(statement):
        if node is None:
            if figure is not None:
                wrong.append(f"{where.lstrip('.')} is {figure} and names no node")
        elif node not in nodes or figure is None or Fraction(nodes[node]["value"]) != Fraction(figure):
            wrong.append(f"{where.lstrip('.')} is {figure}, its node {node} says "
                         f"{nodes.get(node, {}).get('value', 'nothing')}")
    return wrong


def loose_nodes(statement, nodes):
    """Given nodes on which nothing rests: altered, nobody would see it."""
    held = {i for node in nodes.values() for i in node["inputs"]}
    held |= {node for _, _, node in named_figures(statement)}
    return [f"{name} ({node['label']}) is held by no figure and no other node"
            for name, node in nodes.items() if node["formula"] == "given" and name not in held]


# ---- what the figures mean together ----

COMPARISONS = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt}


def measures(level):
    for group in ("percent", "measure"):
        if group in level:
            return level[group]["best"], level[group]["worst"]
    mean = level.get("latency_ms", {}).get("mean")
    return mean, mean


def wrong_verdict(where, level):
    best, worst = measures(level)
    verdict = level.get("months_running", {}).get("alone", level["verdict"])
    if best is None or worst is None or verdict not in ("met", "breached"):
        return []
    meets = COMPARISONS[level["objective"]["op"]]
    limit = Fraction(next(v for k, v in level["objective"].items() if k != "op"))
    both = {meets(Fraction(best), limit), meets(Fraction(worst), limit)}
    return [] if both == {verdict == "met"} else [f"{where}: {verdict}, but {worst}–{best} against {limit}"]


def wrong_levels(where, levels):
    wrong = []
    for level in levels:
        wrong += wrong_verdict(f"{where}/{level['id']}", level)
        wrong += wrong_levels(f"{where}/{level['id']}", level.get("readings", []))
    return wrong


def number(text):
    return Fraction(text) if text is not None else Fraction(0)


def wrong_obligations(statement):
    wrong = []
    for i, o in enumerate(statement["obligations"]):
        where = f"obligations[{i}]"
        if o["determined"] is not None:
            if number(o["determined"]) != number(o["payable"]) + number(o["pending"]) + number(o["cut"]) \
                    and o["basis"] != "5.3-1":
                wrong.append(f"{where}: determined is not payable + pending + cut")
            if number(o["payable"]) > number(o["determined"]):
                wrong.append(f"{where}: more is payable than determined")
        if o.get("cuts") and sum(number(c["amount"]) for c in o["cuts"]) != number(o["cut"]):
            wrong.append(f"{where}: the cuts do not add up")
    return wrong


def wrong_apportionment(a):
    """Whole units, nobody gives back, and all that is shared is granted or residual: less than a unit but for floor."""
    wrong, unit = [], Fraction(a["unit"])
    granted = {b["party"]: Fraction(0) for b in a["bodies"]}
    for part in a.get("parts", []):
        for party, grant in part["grants"].items():
            granted[party] += Fraction(grant)
            if Fraction(grant) < 0 or Fraction(grant) % unit:
                wrong.append(f"the grant of {party} of {part['id']} is {grant}")
    for b in a["bodies"]:
        if "parts" in a and granted[b["party"]] != number(b["amount"]):
            wrong.append(f"what {b['party']} was granted is not the sum of its grants")
    if number(a["granted"]) != sum(number(b["amount"]) for b in a["bodies"]):
        wrong.append("granted is not the sum of the bodies")
    if number(a["total"]) != number(a["granted"]) + number(a["residual"]) or number(a["residual"]) < 0:
        wrong.append("total is not granted + residual")
    if a["method"] != "floor" and a["granted"] is not None and number(a["residual"]) >= unit:
        wrong.append(f"the residual {a['residual']} holds a whole unit")
    return wrong


def wrong_sharings(statement):
    wrong = [f"apportionment {a['id']}: {line}"
             for a in statement.get("apportionments", []) for line in wrong_apportionment(a)]
    passed = statement.get("pass_through", [])
    for p in passed:
        if number(p["amount"]) != number(p["carried"]) + number(p["on_bill"]):
            wrong.append(f"pass-through to {p['to']}: amount is not on_bill + carried")
    reduced = sum(number(r["amount"]) for r in statement.get("reductions", []) if r["reversed_by"] is None)
    if "excerpt_for" not in statement and sum(number(p["gross"]) for p in passed) != reduced:
        wrong.append("the shares of the reductions are not what was received")
    if sum(number(p["amount"]) + number(p["state"]) + number(p.get("withheld")) for p in passed) > reduced:
        wrong.append("more is passed through than was received")
    return wrong


def wrong_ledger(statement):
    """Entries sum to zero, and the balances are those of the entries."""
    ledger, wrong, balances = statement.get("ledger") or {}, [], {}
    for entry in ledger.get("entries", []):
        if sum(number(p["amount"]) for p in entry["postings"]) != 0:
            wrong.append(f"ledger: the entry of '{entry['record']}' does not sum to zero")
        for posting in entry["postings"]:
            balances[posting["account"]] = balances.get(posting["account"], 0) + number(posting["amount"])
    for balance in ledger.get("balances", []):
        if balances.pop(balance["account"], Fraction(0)) != number(balance["amount"]):
            wrong.append(f"ledger: the balance of {balance['account']} is not that of its postings")
    return wrong + [f"ledger: {account} has no balance" for account, amount in balances.items() if amount]


def problems(statement):
    nodes = statement["derivations"]
    wrong = wrong_nodes(nodes) + wrong_figures(statement, nodes) + loose_nodes(statement, nodes)
    for service in statement["services"]:
        wrong += wrong_levels(service["id"], service["levels"])
    return wrong + wrong_obligations(statement) + wrong_sharings(statement) + wrong_ledger(statement)


# ---- altered statements ----


def alterations_missed(statement):
    """Nodes of which an altered value would be noticed by nobody."""
    nodes = statement["derivations"]
    values = {name: Fraction(node["value"]) for name, node in nodes.items()}
    users = {}
    for name, node in nodes.items():
        for i in node["inputs"]:
            users.setdefault(i, []).append(name)
    figures = {node for _, _, node in named_figures(statement)}
    missed = []
    for name, node in nodes.items():
        altered = dict(values, **{name: values[name] + 1})
        changed = dict(node, value=str(values[name] + 1))
        seen = name in figures or check_node(name, changed, altered) or any(
            check_node(user, nodes[user], altered) for user in users.get(name, []))
        if not seen:
            missed.append(f"{name} ({node['label']}) can be altered unseen")
    return missed


def main(paths):
    failed = False
    for path in paths:
        with open(path, encoding="utf-8") as file:
            found = problems(json.load(file))
        failed = failed or bool(found)
        for line in found:
            print(f"{path}: {line}")
    return 1 if failed or not paths else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
