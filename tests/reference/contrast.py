#!/usr/bin/env python3
"""What scipy says of counts on two sides, as contrast.json beside this script; tests/compare.rs compares with it.

    python3 -m venv venv && venv/bin/pip install numpy==2.4.6 scipy==1.17.1
    venv/bin/python tests/reference/contrast.py
"""
import json
import pathlib
import random

from scipy.stats import binom, chi2_contingency, chisquare, false_discovery_control

HERE = pathlib.Path(__file__).parent
ENOUGH = 5.0


def two_sided(a, n, share):
    return min(1.0, 2 * min(binom.cdf(a, n, share), binom.sf(a - 1, n, share)))


def by_rate(n, weights):
    total, share = sum(n), weights[0] / sum(weights)
    if total * min(share, 1 - share) >= ENOUGH:
        return chisquare(n, [total * share, total * (1 - share)]).pvalue
    return two_sided(n[0], total, share)


def by_share(n, totals):
    total, share = sum(n), totals[0] / sum(totals)
    others = [totals[0] - n[0], totals[1] - n[1]]
    if min(total, sum(others)) * min(share, 1 - share) >= ENOUGH:
        return chi2_contingency([n, others], correction=False).pvalue
    rarer = n if total <= sum(others) else others
    return two_sided(rarer[0], sum(rarer), share)


def main():
    rng = random.Random(4)
    rows = []
    for _ in range(300):
        size = 10 ** rng.uniform(0, 5)
        n = [int(rng.uniform(0, size)), int(rng.uniform(0, size))]
        if sum(n) == 0:
            continue
        weights = [round(10 ** rng.uniform(-1, 3), 3), round(10 ** rng.uniform(-1, 3), 3)]
        totals = [n[0] + int(10 ** rng.uniform(0, 6)), n[1] + int(10 ** rng.uniform(0, 6))]
        rows.append({"n": n, "weights": weights, "totals": totals, "rate": by_rate(n, weights), "share": by_share(n, totals)})
    families = []
    for size in [1, 5, 40]:
        p = [round(rng.random() ** 3, 6) for _ in range(size)]
        families.append({"p": p, "adjusted": list(false_discovery_control(p))})
    text = json.dumps({"rows": rows, "families": families}, separators=(",", ":"))
    (HERE / "contrast.json").write_text(text.replace("},{", "},\n{") + "\n")


main()
