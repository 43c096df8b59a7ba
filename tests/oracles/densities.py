#!/usr/bin/env python3
"""Divergences of known densities: by trapezoids, which converge exponentially on smooth integrands
that vanish at both ends, and in closed form where an integrand has a kink.

A: p = N(0, 1), q = N(1, 1).  B: p = N(0, 1), q = N(1, 2²).  G1: two Gaussians in the plane.
"""
from math import cos, erf, exp, fsum, log, log1p, pi, sqrt


def log_normal(x, mean, sd):
    return -0.5 * ((x - mean) / sd) ** 2 - log(sd * sqrt(2 * pi))


def normal(x, mean, sd):
    return exp(log_normal(x, mean, sd))


def below(x):
    """The distribution function of N(0, 1)."""
    return 0.5 * (1 + erf(x / sqrt(2)))


def folded(mean, sd):
    """E|X| for X ~ N(mean, sd²)."""
    return sd * sqrt(2 / pi) * exp(-0.5 * (mean / sd) ** 2) + mean * erf(mean / sd / sqrt(2))


def integral(f, end=40.0, n=8000):
    h = 2 * end / n
    return h * fsum(f(-end + h * i) for i in range(n + 1))


def show(name, value, digits):
    print(f"{name} {value:.{digits}f}")


WIDE = 2 * sqrt(1 + 6 * log(2))
# Standard deviation of q, and where p − q changes its sign.
PAIRS = {"A": (1, (-40.0, 0.5)), "B": (2, ((-1 - WIDE) / 3, (-1 + WIDE) / 3))}
for pair, (sd, (low, high)) in PAIRS.items():

    def p(x):
        return normal(x, 0, 1)

    def q(x):
        return normal(x, 1, sd)

    def r(x):
        """ln p/q."""
        return log_normal(x, 0, 1) - log_normal(x, 1, sd)

    def softplus(x):
        return max(x, 0) + log1p(exp(-abs(x)))

    kl = integral(lambda x: p(x) * r(x))
    reverse = -integral(lambda x: q(x) * r(x))
    # ln p/m = ln 2 − softplus(−r), ln q/m = ln 2 − softplus(r).
    minimax = -integral(lambda x: q(x) * softplus(r(x)))
    js = log(2) + 0.5 * (minimax - integral(lambda x: p(x) * softplus(-r(x))))
    tv = below(high) - below(low) - below((high - 1) / sd) + below((low - 1) / sd)
    hellinger = 1 - integral(lambda x: exp(0.5 * (log_normal(x, 0, 1) + log_normal(x, 1, sd))))
    # (p − q)² / (p + q) = (p − q) tanh(r/2)
    le_cam = integral(lambda x: (p(x) - q(x)) * (2 / (1 + exp(-r(x))) - 1 if r(x) > -600 else -1))
    pearson = integral(lambda x: exp(2 * log_normal(x, 0, 1) - log_normal(x, 1, sd))) - 1
    show(f"{pair}/kl", kl, 10)
    show(f"{pair}/reverse_kl", reverse, 10)
    show(f"{pair}/jensen_shannon", js, 10)
    show(f"{pair}/total_variation", tv, 10)
    show(f"{pair}/squared_hellinger", hellinger, 10)
    show(f"{pair}/le_cam", le_cam, 10)
    show(f"{pair}/pearson_chi2", pearson, 10)
    show(f"{pair}/renyi_half", -2 * log(1 - hellinger), 10)
    # The best discriminator: 2 ln 2 − 2 JS; what the generators pay there.
    show(f"{pair}/loss/cross_entropy", 2 * log(2) - 2 * js, 10)
    if pair == "A":
        show("A/loss/hinge", 2 - 2 * tv, 10)
        show("A/loss/minimax_generator", minimax, 10)
        show("A/loss/non_saturating_generator", reverse - minimax, 10)
    # 2 E|X − Y| − E|X − X'| − E|Y − Y'|
    energy = 2 * folded(1, sqrt(1 + sd**2)) - folded(0, sqrt(2)) - folded(0, sqrt(2) * sd)
    show(f"{pair}/energy", energy, 10)
    # |F⁻¹ − G⁻¹| = |1 + (sd − 1) z| over standard normal z.
    show(f"{pair}/wasserstein1", folded(1, sd - 1) if sd > 1 else 1, 10)
    # The squared MMD by characteristic functions: ∫ |φ_p − φ_q|² N(w; 0, 1/h²) dw.
    squares = []
    for h in (0.5, 1, 2, 5):

        def gap(w):
            between = exp(-0.5 * w * w * (1 + sd**2)) * cos(w)
            return normal(w, 0, 1 / h) * (exp(-w * w) + exp(-((sd * w) ** 2)) - 2 * between)

        squares.append(integral(gap))
        show(f"{pair}/mmd2/h={h:g}", squares[-1], 10)
    if pair == "A":
        show("A/mmd2/sum", sum(squares), 10)
        # Standard deviations of k2 = r²/2 and k3 = e^(-r) − 1 + r under p.
        for name, k in (("k2", lambda x: r(x) ** 2 / 2), ("k3", lambda x: exp(-r(x)) - 1 + r(x))):
            first, second = (integral(lambda x: p(x) * k(x) ** n, 30.0) for n in (1, 2))
            show(f"A/{name}/sd", sqrt(second - first**2), 10)

# The classifier that knows the densities of A: share told right, area under its curve.
show("A/accuracy", below(0.5), 10)
show("A/auc", below(1 / sqrt(2)), 10)

# G1: N([0, 1], [[1, .4], [.4, 1]]) and N([1, 0], diag(1.5, .8)), by determinants.
S, T = ((1.0, 0.4), (0.4, 1.0)), ((1.5, 0.0), (0.0, 0.8))
M, N = (0.0, 1.0), (1.0, 0.0)


def det(a):
    return a[0][0] * a[1][1] - a[0][1] * a[1][0]


def inverse(a):
    return ((a[1][1] / det(a), -a[0][1] / det(a)), (-a[1][0] / det(a), a[0][0] / det(a)))


def times(a, x):
    return tuple(row[0] * x[0] + row[1] * x[1] for row in a)


def form(a, x):
    return sum(u * v for u, v in zip(x, times(a, x)))


def trace_of_product(a, b):
    return sum(a[i][j] * b[j][i] for i in range(2) for j in range(2))


def gaussian_kl(a, b):
    gap = (M[0] - N[0], M[1] - N[1])
    rest = trace_of_product(inverse(b), a) + form(inverse(b), gap)
    return 0.5 * (rest - 2 + log(det(b) / det(a)))


def renyi(order):
    """ln ∫ p^a q^(1−a) / (a − 1), by completing the square."""
    a = tuple(tuple(order * v for v in row) for row in inverse(S))
    b = tuple(tuple((1 - order) * v for v in row) for row in inverse(T))
    both = tuple(tuple(u + v for u, v in zip(x, y)) for x, y in zip(a, b))
    centre = tuple(u + v for u, v in zip(times(a, M), times(b, N)))
    rest = form(inverse(both), centre) - form(a, M) - form(b, N)
    volume = order * log(det(S)) + (1 - order) * log(det(T)) + log(det(both))
    return 0.5 * (rest - volume) / (order - 1)


show("G1/kl", gaussian_kl(S, T), 11)
show("G1/reverse_kl", gaussian_kl(T, S), 11)
for order in (0.25, 0.5):
    show(f"G1/renyi/{order:g}", renyi(order), 12)
show("G1/renyi/2", renyi(2), 11)
show("G1/bhattacharyya", renyi(0.5) / 2, 12)
show("G1/squared_hellinger", 1 - exp(-renyi(0.5) / 2), 12)
show("G1/pearson_chi2", exp(renyi(2)) - 1, 11)
root = sqrt(trace_of_product(S, T) + 2 * sqrt(det(S) * det(T)))
show("G1/trace_of_root", root, 11)
show("G1/frechet", 2 + 2 + 2.3 - 2 * root, 11)
