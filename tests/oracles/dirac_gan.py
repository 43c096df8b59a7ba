#!/usr/bin/env python3
"""Energy theta² + psi² of the Dirac GAN after 500 steps of 0.2 from (1, 1): data at 0,
model at theta, D(x) = psi x, t = theta psi. psi climbs theta σ(−t); theta descends psi σ(−t)
(minimax) or psi σ(t) (non-saturating)."""
from math import exp, log

H = 0.2


def sigma(t):
    return 1 / (1 + exp(-t))


def up(theta, psi):
    return theta * sigma(-theta * psi)


def down(objective, theta, psi):
    return -psi * sigma(-theta * psi if objective == "minimax" else theta * psi)


def energy(objective, order, gamma=0):
    theta, psi = 1.0, 1.0
    for _ in range(500):
        if order == "simultaneous":
            theta, psi = (theta + H * down(objective, theta, psi),
                          psi + H * (up(theta, psi) - gamma * psi))
        elif order == "generator_first":
            theta += H * down(objective, theta, psi)
            psi += H * up(theta, psi)
        else:
            for _ in range(5 if order == "five_to_one" else 1):
                psi += H * up(theta, psi)
            theta += H * down(objective, theta, psi)
    return theta**2 + psi**2


for objective in ("minimax", "non_saturating"):
    for order in ("simultaneous", "generator_first", "discriminator_first", "five_to_one"):
        digits = 9 if objective == "minimax" and order == "simultaneous" else 10
        print(f"{objective}/{order} {energy(objective, order):.{digits}f}")
# With R1: the gradient of gamma/2 psi² pulls psi back; ln √E.
for gamma in (0.3, 1.0):
    print(f"minimax/r1={gamma} {0.5 * log(energy('minimax', 'simultaneous', gamma)):.6f}")
