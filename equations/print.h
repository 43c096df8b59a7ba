// Writes equations: one line that can be read again, or LaTeX.
#pragma once

#include <string>

#include "equations/expression.h"

namespace elbow::equations {

/// "-E_q[ln p(x|z)] + beta * KL(q(z|x), p(z))". parse(ascii(e)) is e again.
std::string ascii(const Expression& e);

/// "−E_q[ln p(x|z)] + β · KL(q(z|x) ‖ p(z))". parse(unicode(e)) is e again.
std::string unicode(const Expression& e);

/// "-\mathbb{E}_{q}\left[\ln p(x \mid z)\right] + \beta \, \mathrm{KL}(...)"
std::string latex(const Expression& e);

}  // namespace elbow::equations
