#!/usr/bin/env python3
"""Divergences that cancel in double precision, from closed forms in 80 decimal digits: laws that are
nearly equal, orders near 0 and 1, and powers whose mass lies where neither law has any. Parameters
are the doubles that the expressions are read as.
"""
from decimal import Decimal, getcontext

getcontext().prec = 80
PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899863")


def d(text):
    return Decimal(float(text))


def erf(x):
    term, total, n = x, x, 0
    while abs(term) > Decimal(10) ** -78 * abs(total):
        n += 1
        term *= -x * x / n
        total += term / (2 * n + 1)
    return 2 / PI.sqrt() * total


def folded(mean, sd):
    """E|X| for X ~ N(mean, sd²)."""
    z = mean / sd
    return sd * (2 / PI).sqrt() * (-z * z / 2).exp() + mean * erf(z / Decimal(2).sqrt())


def log_power(p, q, a):
    """ln int p^a q^(1-a) of two normals (mean, sd)."""
    (m, s), (n, t) = p, q
    v = (1 - a) * s * s + a * t * t
    return (a * (a - 1) * (m - n) ** 2 / v + (1 - a) * (s * s).ln() + a * (t * t).ln() - v.ln()) / 2


def kl(p, q):
    (m, s), (n, t) = p, q
    r = (s / t) ** 2
    return (r - 1 - r.ln() + ((m - n) / t) ** 2) / 2


def show(name, value):
    print(f"{name} {value:.9e}")


def normals(name, p, q):
    p, q = tuple(map(d, p)), tuple(map(d, q))
    show(f"{name}/kl", kl(p, q))
    show(f"{name}/hellinger", 1 - log_power(p, q, d("0.5")).exp())
    show(f"{name}/pearson", log_power(p, q, d("2")).exp() - 1)
    show(f"{name}/renyi", log_power(p, q, d("1e-9")) / (d("1e-9") - 1))
    s, t = p[1], q[1]
    energy = 2 * folded(p[0] - q[0], (s * s + t * t).sqrt()) - 2 * (s + t) / PI.sqrt()
    show(f"{name}/energy", energy)


normals("mean6", ("0", "1"), ("1e-6", "1"))
normals("mean8", ("0", "1"), ("1e-8", "1"))
normals("both", ("0", "1"), ("1e-3", "1.0000001"))
normals("tiny", ("3e-8", "1e-8"), ("3.00001e-8", "1.000001e-8"))
normals("offset", ("1e8", "1"), ("100000000.000001", "1"))
show("mean6/tv", erf(d("1e-6") / (2 * Decimal(2).sqrt())))

near_one = d("0.999999999999")
pair = (d("0"), d("1")), (d("1"), d("2"))
show("order/near_one", log_power(*pair, near_one) / (near_one - 1))
show("order/near_zero", log_power(*pair, d("1e-12")) / (d("1e-12") - 1))
show("order/large", log_power(*pair, d("50")) / 49)

shift, scale = d("1e-7"), d("1.00001")
show("laplace/kl", scale.ln() + shift / scale + (-shift).exp() / scale - 1)
rate = d("1.000000000001")
show("exponential/kl", rate - 1 - rate.ln())
end = d("1.000000001")
show("uniform/kl", end.ln())
show("uniform/tv", 1 - 1 / end)


def power_in_the_plane(parts, mean):
    """int of the product of two densities over N(mean, I), each (weight, correlation) about 0."""
    total = Decimal(0)
    for w, r in parts:
        for v, s in parts:
            # Precision of each: [[1, -r], [-r, 1]] / (1 - r²).
            x = 1 / (1 - r * r) + 1 / (1 - s * s) - 1
            y = -r / (1 - r * r) - s / (1 - s * s)
            det = x * x - y * y
            # exponent: -½ z'Pz - m z + ½ m² with the linear term -m along the first axis.
            exponent = (mean * mean * x / det + mean * mean) / 2
            norm = ((1 - r * r) * (1 - s * s) * det).sqrt()
            total += w * v * exponent.exp() / norm
    return total


ridge = d("0.98")
show("ridge/pearson", power_in_the_plane([(d("1"), ridge)], d("1")) - 1)
cross = [(d("0.5"), ridge), (d("0.5"), -ridge)]
show("cross/pearson", power_in_the_plane(cross, d("1")) - 1)
# Two halves at ±m against one normal: cosh(m²) - 1.
m = d("1e-3")
show("halves/pearson", ((m * m).exp() + (-m * m).exp()) / 2 - 1)
