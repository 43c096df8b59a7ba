#!/usr/bin/env python3
"""Estimators on a handful of points, each from its definition."""
from math import exp, log, log1p, pi, sqrt


def show(name, value, digits):
    print(f"{name} {value:.{digits}f}")


def mean(values):
    values = list(values)
    return sum(values) / len(values)


def distance(x, y):
    return sqrt(sum((u - v) ** 2 for u, v in zip(x, y)))


def line(*values):
    return [(v,) for v in values]


# Two-sample statistics of a kernel: V (all pairs) and U (without a point and itself).
def biased(x, y, k):
    return mean(k(a, b) for a in x for b in x) + mean(k(a, b) for a in y for b in y) - 2 * mean(
        k(a, b) for a in x for b in y)


def inner(x, k):
    return mean(k(x[i], x[j]) for i in range(len(x)) for j in range(len(x)) if i != j)


def unbiased(x, y, k):
    return inner(x, k) + inner(y, k) - 2 * mean(k(a, b) for a in x for b in y)


def gauss(x, y):
    return exp(-0.5 * distance(x, y) ** 2)


def energy(x, y):
    return -distance(x, y)


F2 = line(0, 1, 3), line(0.5, 2, 5)
F3 = line(0, 1, 3, 4.5), line(0.5, 2, 5, 7)
F4 = [(0, 0), (1, 0), (0, 2)], [(1, 1), (2, 0), (0, 0)]
show("mmd/F2/biased", biased(*F2, gauss), 12)
show("mmd/F2/unbiased", unbiased(*F2, gauss), 12)
show("mmd/F3/unbiased", unbiased(*F3, gauss), 12)
show("mmd/F3/biased", biased(*F3, gauss), 12)
show("mmd/F4/biased", biased(*F4, gauss), 11)
show("mmd/F4/unbiased", unbiased(*F4, gauss), 12)
show("energy/F2/biased", biased(*F2, energy), 12)
show("energy/F2/unbiased", unbiased(*F2, energy), 12)
uneven = line(0, 1, 3), line(0.5, 2, 5, 6)
show("energy/uneven/biased", biased(*uneven, energy), 11)
show("energy/uneven/unbiased", unbiased(*uneven, energy), 12)
show("energy/F4/biased", biased(*F4, energy), 12)
show("energy/F4/unbiased", unbiased(*F4, energy), 12)


# Nearest neighbours on a line.
def kth(x, others, k):
    return sorted(distance(x, y) for y in others)[k - 1]


def knn_kl(x, y, k):
    terms = [log(kth(a, y, k) / kth(a, x[:i] + x[i + 1:], k)) for i, a in enumerate(x)]
    return mean(terms) + log(len(y) / (len(x) - 1))


U, V = line(0, 2, 3, 7), line(1, 1.5, 4, 6)
show("knn_kl/uv/1", knn_kl(U, V, 1), 12)
show("knn_kl/uv/2", knn_kl(U, V, 2), 11)
show("knn_kl/vu/1", knn_kl(V, U, 1), 12)
show("knn_kl/longer/1", knn_kl(U, V + line(9), 1), 12)


def entropy(x, k):
    """Kozachenko & Leonenko: ψ(n) − ψ(k) + ln 2 + mean ln of the distance to the k-th neighbour."""
    harmonic = sum(1 / i for i in range(k, len(x)))
    return harmonic + log(2) + mean(log(kth(a, x[:i] + x[i + 1:], k)) for i, a in enumerate(x))


DOUBLING = line(0, 1, 3, 7, 15)
show("entropy/1", entropy(DOUBLING, 1), 11)
show("entropy/2", entropy(DOUBLING, 2), 11)
show("entropy/normal", 0.5 * log(2 * pi) + 0.5, 10)
show("entropy/normal_plane", log(2 * pi) + 1, 10)


# A kernel density estimate.
def log_kde(x, sample, h):
    return log(mean(exp(-0.5 * ((x - v) / h) ** 2) / (h * sqrt(2 * pi)) for v in sample))


KDE = [-1, 1, 2]
show("kde/wide", log_kde(0.3, KDE, 0.7), 11)
show("kde/narrow", log_kde(2, KDE, 0.4), 11)
for i in range(3):
    show(f"kde/without/{i}", log_kde(KDE[i], KDE[:i] + KDE[i + 1:], 0.7), 10)


# Entropic transport with squared distances: the potentials by fixed-point iteration, and the one
# potential of a set to itself by its average with its image.
def soft_minima(x, y, potential, epsilon):
    def soft(a):
        costs = [distance(a, b) ** 2 - v for b, v in zip(y, potential)]
        low = min(costs)
        return low - epsilon * log(mean(exp((low - c) / epsilon) for c in costs))

    return [soft(a) for a in x]


def transport(x, y, epsilon):
    g = [0.0] * len(y)
    for _ in range(20000):
        f = soft_minima(x, y, g, epsilon)
        g = soft_minima(y, x, f, epsilon)
    return mean(f) + mean(g)


def self_transport(x, epsilon):
    f = [0.0] * len(x)
    for _ in range(400):
        f = [0.5 * (u + v) for u, v in zip(f, soft_minima(x, x, f, epsilon))]
    return 2 * mean(f)


for epsilon, digits in ((10.0, 12), (1.0, 13)):
    cross = transport(U, V, epsilon)
    own = 0.5 * (self_transport(U, epsilon) + self_transport(V, epsilon))
    show(f"sinkhorn/{epsilon:g}/transport", cross, 13)
    show(f"sinkhorn/{epsilon:g}/divergence", cross - own, digits)
show("sinkhorn/self", self_transport(line(0, 1), 1.0), 12)

# Frequencies of ten categories.
COUNTS = [10, 0, 5, 5, 20, 10, 10, 10, 15, 15]
shares = [c / 100 for c in COUNTS]
show("histogram/kl", sum(h * log(10 * h) for h in shares if h), 12)
show("histogram/entropy", -sum(h * log(h) for h in shares if h), 11)
smooth = [(c + 0.5) / 105 for c in COUNTS]
show("histogram/reverse_kl", -mean(log(10 * h) for h in smooth), 12)
rows = [(0.9, 0.1), (0.1, 0.9), (0.5, 0.5)]
show("class_score", exp(mean(sum(p * log(2 * p) for p in row) for row in rows)), 11)

# Variational bounds from a matrix of scores: the diagonal are pairs, the rest are not.
S = [[2, 0, -1], [0.5, 1.5, 0], [-0.5, 0, 3]]
pairs = [S[i][i] for i in range(3)]
rest = [S[i][j] for i in range(3) for j in range(3) if i != j]
softplus = lambda t: log1p(exp(t))
nce = log(3) + mean(S[i][i] - log(sum(exp(s) for s in S[i])) for i in range(3))
show("scores/info_nce", nce, 12)
show("scores/donsker_varadhan", mean(pairs) - log(mean(exp(s) for s in rest)), 10)
show("scores/nwj", mean(pairs) - mean(exp(s - 1) for s in rest), 11)
js = -mean(softplus(-s) for s in pairs) - mean(softplus(s) for s in rest)
show("scores/jensen_shannon", js, 11)
clipped = [exp(min(max(s, -0.25), 0.25)) for s in rest]
show("scores/smile", mean(pairs) - log(mean(clipped)), 10)
