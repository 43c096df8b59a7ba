#include "core/identity_page.h"

namespace elbow {

std::string identity_page(std::string_view id) {
  return "docs/conventions.md#" + std::string(id.substr(0, id.find_first_of(".:")));
}

}  // namespace elbow
