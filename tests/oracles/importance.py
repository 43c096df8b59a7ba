#!/usr/bin/env python3
"""Importance weights with known expectations.

Fixture: ln w = 0, -1, -2, -3.
Anchor: z ~ N(0, 1), x|z ~ N(z, 1), x = 1.5, proposals N(mean, variance).
"""
from math import exp, log, pi, sqrt


def show(name, value, digits):
    print(f"{name} {value:.{digits}f}")


# The fixture
w = [exp(-k) for k in range(4)]
total = sum(w)
shares = [v / total for v in w]
bound = log(total / 4)
without = sum(log((total - v) / 3) for v in w) / 4
show("fixture/iwae", bound, 12)
show("fixture/jackknife", 4 * bound - 3 * without, 9)
show("fixture/se", sqrt(sum(v * v for v in shares) - 1 / 4), 9)
show("fixture/ess", 1 / sum(v * v for v in shares), 8)
show("fixture/perplexity", exp(-sum(v * log(v) for v in shares)), 7)
show("fixture/largest", max(shares), 8)

# The anchor
X = 1.5
LOG_P = -0.5 * log(4 * pi) - X * X / 4
show("anchor/log_p", LOG_P, 11)


def log_normal(z, mean, variance):
    return -0.5 * (log(2 * pi * variance) + (z - mean) ** 2 / variance)


def expected_log_mean(mean, variance, samples):
    """E ln mean w for each K, from ln S = ∫ (e^(-t) − e^(-tS)) / t dt and independence:
    E ln S = ∫ (e^(-t) − (E e^(-t w))^K) / t dt. Trapezoids in z and in ln t; weights over p(x)."""
    nodes = [-12 + 24 * i / 1600 for i in range(1601)]
    mass = [exp(log_normal(e, 0, 1)) * 24 / 1600 for e in nodes]
    weight = []
    for e in nodes:
        z = mean + sqrt(variance) * e
        log_w = log_normal(z, 0, 1) + log_normal(X, z, 1) - log_normal(z, mean, variance) - LOG_P
        weight.append(exp(log_w))
    sums = [0.0 for _ in samples]
    h, u = 0.04, -42.0
    while u <= 170:
        t = exp(u)
        laplace = sum(m * exp(-t * v) for m, v in zip(mass, weight))
        for i, k in enumerate(samples):
            sums[i] += (exp(-t) - laplace**k) * h
        u += h
    return [LOG_P + s - log(k) for s, k in zip(sums, samples)]


for name, mean, variance in (("narrow", 0.5, 0.64), ("wide", 0.75, 1.0), ("prior", 0.0, 1.0)):
    # ln w is a quadratic in z: its mean in closed form.
    squares = mean**2 + (X - mean) ** 2 + 2 * variance
    elbo = -log(2 * pi) - 0.5 * squares + 0.5 * (log(2 * pi * variance) + 1)
    show(f"anchor/{name}/elbo", elbo, 10)
    samples = (2, 5, 50, 100, 1000)
    for k, value in zip(samples, expected_log_mean(mean, variance, samples)):
        show(f"anchor/{name}/iwae{k}", value, 8)
    # E w² / p²: ∫ of a Gaussian with precision a around b / a.
    a, b = 4 - 1 / variance, 2 * X - mean / variance
    c = -2 * log(2 * pi) - X * X + 0.5 * log(2 * pi * variance) + 0.5 * mean**2 / variance
    second = exp(c + 0.5 * b * b / a + 0.5 * log(2 * pi / a) - 2 * LOG_P)
    show(f"anchor/{name}/relative_variance", second - 1, 9)
