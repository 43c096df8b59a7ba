#include "core/spec.h"

namespace elbow {

std::string_view to_string(SpecKind kind) {
  switch (kind) {
    case SpecKind::objective:
      return "objective";
    case SpecKind::penalty:
      return "penalty";
    case SpecKind::likelihood:
      return "likelihood";
    case SpecKind::prior:
      return "prior";
    case SpecKind::dynamics:
      return "dynamics";
  }
  return "";
}

}  // namespace elbow
