// docs/equations.md, generated: the equations, terms and identities of every component.
#pragma once

#include <string>
#include <vector>

#include "core/spec.h"

namespace elbow {

/// One Markdown document from the specs: per component its equation (LaTeX and one line of
/// Unicode), reference, convention, parameters, terms and identities. Grouped by kind and family,
/// sorted by name, so that the text does not depend on the order of `specs`.
std::string equations_markdown(const std::vector<Spec>& specs);

}  // namespace elbow
