#!/usr/bin/env python3
"""The Gaussian q nearest to the mixture p = .33 N(-1, .065) + .67 N(2, 2) under three divergences
∫ q f(p/q); Jensen-Shannon as the f-GAN table has it, without the ½.

Trapezoids on a fine grid; Newton's method on the gradient ∫ q score (f(u) − u f'(u)), u = p/q.
"""
from math import exp, log, pi, sqrt

GRID = [-14 + 0.005 * i for i in range(6201)]


def normal(x, mean, sd):
    return exp(-0.5 * ((x - mean) / sd) ** 2) / (sd * sqrt(2 * pi))


P = [0.33 * normal(x, -1, sqrt(0.065)) + 0.67 * normal(x, 2, sqrt(2)) for x in GRID]
# f and f(u) − u f'(u).
DIVERGENCES = {
    "kl": (lambda u: u * log(u) if u > 0 else 0.0, lambda u: -u),
    "jensen_shannon": (lambda u: (u * log(u) if u > 0 else 0.0) - (u + 1) * log((u + 1) / 2),
                       lambda u: -log((u + 1) / 2)),
    "pearson_chi2": (lambda u: (u - 1) ** 2, lambda u: 1 - u * u),
}


def moments(slope, mean, log_sd):
    """The gradient in the mean and in ln sd."""
    sd = exp(log_sd)
    first = second = 0.0
    for x, p in zip(GRID, P):
        q = normal(x, mean, sd)
        if q < 1e-300:
            continue
        g = q * slope(p / q) * 0.005
        z = (x - mean) / sd
        first += g * z / sd
        second += g * (z * z - 1)
    return first, second


for name, (f, slope) in DIVERGENCES.items():
    mean, log_sd, h = {"pearson_chi2": (0.6, 0.65)}.get(name, (1.1, 0.6)) + (1e-5,)
    for _ in range(20):
        a, b = moments(slope, mean, log_sd)
        am, bm = moments(slope, mean + h, log_sd)
        al, bl = moments(slope, mean, log_sd + h)
        j = ((am - a) / h, (al - a) / h, (bm - b) / h, (bl - b) / h)
        det = j[0] * j[3] - j[1] * j[2]
        step = ((j[3] * a - j[1] * b) / det, (j[0] * b - j[2] * a) / det)
        mean, log_sd = mean - step[0], log_sd - step[1]
        if abs(step[0]) + abs(step[1]) < 1e-13:
            break
    value = 0.0
    for x, p in zip(GRID, P):
        q = normal(x, mean, exp(log_sd))
        value += q * f(p / q) * 0.005 if q > 1e-300 else 0.0
    print(f"{name}/value {value:.7f}")
    print(f"{name}/mean {mean:.7f}")
    print(f"{name}/sd {exp(log_sd):.7f}")
