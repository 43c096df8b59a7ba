#!/usr/bin/env python3
"""Runs the baselines and the program as interleaved blocks and prints ratios.

    bench/compare.py --mnist DIR [--build build/release] [--rounds 5] [--steps 500] [--only NAME ...]

Each round runs every variant once, each in a process of its own, in a different order; a ratio is taken
inside one round, then its minimum, median and maximum over the rounds are printed. So slow spells of
the machine hit all variants alike. A round in which other processes used more than --busy of the
machine is repeated (at most twice as many rounds as asked for).
"""
import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def processor_times():
    """(busy + stolen, all) of the whole machine in ticks; (0, 0) where /proc/stat is missing."""
    try:
        with open("/proc/stat") as f:
            fields = [int(v) for v in f.readline().split()[1:9]]
    except OSError:
        return 0, 0
    user, nice, system, idle, iowait, irq, softirq, steal = fields
    return user + nice + system + irq + softirq + steal, sum(fields)


def children_ticks():
    times = os.times()
    return (times.children_user + times.children_system) * os.sysconf("SC_CLK_TCK")


def run_json(command, environment=None):
    result = subprocess.run(command, capture_output=True, text=True,
                            env={**os.environ, **(environment or {})})
    if result.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: exit {result.returncode}\n{result.stderr[-2000:]}")
    return json.loads(result.stdout.strip().splitlines()[-1])["samples_per_second"]


def run_elbow(program, config, mnist, steps, overrides):
    directory = tempfile.mkdtemp(prefix="elbow-bench-")
    try:
        command = [program, "train", config, "--data-dir", mnist, "--overwrite", "--progress", "none",
                   "--run-dir", os.path.join(directory, "run"), f"run.steps={steps}", "run.epochs=0",
                   *overrides]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: exit {result.returncode}\n"
                               f"{result.stderr[-2000:]}")
        with open(os.path.join(directory, "run", "result.json")) as f:
            return json.load(f)["timings"]["samples_per_second_median"]
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def variants(options):
    python, plain = [options.python, f"{ROOT}/bench/python_vae.py", options.mnist], [
        f"{options.build}/bench/bench_plain_loop", options.mnist]
    steps = str(options.steps)
    table = {
        "python": lambda: run_json([*python, "--steps", steps]),
        "python preloaded": lambda: run_json([*python, "--preloaded", "--steps", steps]),
        "python preloaded, 1 thread": lambda: run_json(
            [*python, "--preloaded", "--steps", steps], {"OMP_NUM_THREADS": "1"}),
        "python preloaded, 2+1 threads": lambda: run_json(
            [*python, "--preloaded", "--steps", steps, "--threads", "2", "--openblas", "1"]),
        "plain C++ loop": lambda: run_json([*plain, steps, "0"]),
        "plain C++ loop, 2 workers": lambda: run_json([*plain, steps, "2"]),
        "pieces by hand": lambda: run_json(
            [f"{options.build}/bench/bench_vae_step", options.mnist, "0", "4"]),
    }
    program, config = f"{options.build}/elbow", f"{ROOT}/configs/vae/elbo.toml"
    if os.path.exists(program) and os.path.exists(config):
        more = str(options.steps * 4)  # it is several times faster: the same wall time
        quiet = ["log.every=1000000", "probes.every=0", "pictures.every=0"]
        table["elbow"] = lambda: run_elbow(program, config, options.mnist, more, ["log.every=1"])
        table["elbow, no probes"] = lambda: run_elbow(
            program, config, options.mnist, more, ["log.every=1", *quiet[1:]])
        table["elbow, no instruments"] = lambda: run_elbow(
            program, config, options.mnist, more, quiet)
    else:
        print(f"no {program}: measuring the baselines only", file=sys.stderr)
    if options.only:
        table = {name: run for name, run in table.items() if name in options.only}
    return table


RATIOS = [  # (label, numerator, denominators of which the best counts, target)
    ("elbow / python example", "elbow", ["python"], 4.0),
    ("elbow / best python preloaded", "elbow",
     ["python preloaded", "python preloaded, 1 thread", "python preloaded, 2+1 threads"], 1.0),
    ("elbow / plain C++ loop", "elbow", ["plain C++ loop", "plain C++ loop, 2 workers"], 2.0),
    ("per-step instruments / none", "elbow, no probes", ["elbow, no instruments"], 0.95),
    ("all instruments / none", "elbow", ["elbow, no instruments"], None),
    ("elbow / pieces by hand", "elbow", ["pieces by hand"], None),
    ("pieces by hand / python example", "pieces by hand", ["python"], None),
    ("pieces by hand / plain C++ loop", "pieces by hand",
     ["plain C++ loop", "plain C++ loop, 2 workers"], None),
]


def spread(values):
    return min(values), statistics.median(values), max(values)


def report(rounds, as_json):
    names = list(rounds[0])
    rates = {name: spread([r[name] for r in rounds]) for name in names}
    ratios = {}
    for label, top, bottoms, target in RATIOS:
        present = [b for b in bottoms if b in names]
        if top in names and present:
            values = spread([r[top] / max(r[b] for b in present) for r in rounds])
            ratios[label] = {"min": values[0], "median": values[1], "max": values[2], "target": target}
    if as_json:
        print(json.dumps({"samples_per_second": rates, "ratios": ratios, "rounds": rounds}))
        return
    print(f"\n{'samples per second':34} {'min':>9} {'median':>9} {'max':>9}")
    for name, values in rates.items():
        print(f"{name:34} " + " ".join(f"{v:9.0f}" for v in values))
    print(f"\n{'ratio (inside one round)':34} {'min':>9} {'median':>9} {'max':>9}   target")
    for label, r in ratios.items():
        target = "" if r["target"] is None else f"{r['target']:>6.2f}  " + (
            "met" if r["median"] >= r["target"] else "MISSED")
        print(f"{label:34} {r['min']:9.2f} {r['median']:9.2f} {r['max']:9.2f}   {target}")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mnist", required=True, help="directory with train-images-idx3-ubyte(.gz)")
    parser.add_argument("--build", default=f"{ROOT}/build/release")
    parser.add_argument("--python", default="/usr/bin/python3")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--busy", type=float, default=0.03)
    parser.add_argument("--only", nargs="*", help="names of variants")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    table = variants(options)
    rounds, tries = [], 0
    while len(rounds) < options.rounds:
        tries += 1
        names = list(table)
        random.Random(tries).shuffle(names)
        busy, total, own = *processor_times(), children_ticks()
        rates = {}
        for name in names:
            rates[name] = table[name]()
            print(f"round {len(rounds) + 1}: {name:34} {rates[name]:9.0f}", file=sys.stderr)
        busy_now, total_now = processor_times()
        foreign = ((busy_now - busy) - (children_ticks() - own)) / max(1, total_now - total)
        if foreign > options.busy and tries < 2 * options.rounds:
            print(f"  others used {100 * foreign:.0f} % of the machine: round repeated",
                  file=sys.stderr)
            continue
        if foreign > options.busy:
            print(f"  others used {100 * foreign:.0f} % of the machine: kept, but noisy",
                  file=sys.stderr)
        rounds.append({name: rates[name] for name in table})
    report(rounds, options.json)


if __name__ == "__main__":
    main()
