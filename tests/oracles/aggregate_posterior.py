#!/usr/bin/env python3
"""Information and marginal KL of Gaussian codes: equally likely means in one dimension,
and linear encoders, whose aggregate posterior is Gaussian."""
from math import exp, fsum, log, pi, sqrt


def show(name, value, digits):
    print(f"{name} {value:.{digits}f}")


def normal(z, mean, sd):
    return exp(-((z - mean) / sd) ** 2 / 2) / (sd * sqrt(2 * pi))


for codes, sd in (((-3, 0, 3), 0.4), ((-1, 0, 1), 0.4), ((-1, 0, 1), 0.6)):
    densities = [sum(normal(-12 + 0.002 * i, m, sd) for m in codes) / 3 for i in range(12001)]
    entropy = -0.002 * fsum(q * log(q) for q in densities if q > 0)
    noise = (log(2 * pi * sd**2) + 1) / 2
    cross = (log(2 * pi) + sum(m * m for m in codes) / 3 + sd**2) / 2
    name = f"three_codes/{codes[2]}/{sd:g}"
    show(name + "/information", entropy - noise, 10)
    show(name + "/marginal_kl", cross - entropy, 10)

# mu = x / 2, x ~ N(0, 1), noise ½: q(z) = N(0, ¾).
show("linear/information", log(1 + 0.25 / 0.5) / 2, 10)
show("linear/marginal_kl", (0.75 - 1 - log(0.75)) / 2, 10)

# mu = A x in two dimensions, A = [[.8, 0], [.4, .5]], noise diag(.2, .3).
s11, s12, s22 = 0.84, 0.32, 0.71
det = s11 * s22 - s12**2
show("plane/information", log(det / (0.2 * 0.3)) / 2, 10)
show("plane/total_correlation", log(s11 * s22 / det) / 2, 10)
show("plane/dimension_wise_kl", (s11 - 1 - log(s11) + s22 - 1 - log(s22)) / 2, 10)

# Equal posteriors in ten dimensions, minibatch-weighted sampling of 60000 images: ln N, 9 ln N and
# -10 ln N.
show("equal/information", log(60000), 10)
show("equal/total_correlation", 9 * log(60000), 9)
show("equal/dimension_wise_kl", -10 * log(60000), 9)
