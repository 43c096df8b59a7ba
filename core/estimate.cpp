#include "core/estimate.h"

namespace elbow {

std::string_view to_string(Bias bias) {
  switch (bias) {
    case Bias::none:
      return "none";
    case Bias::lower:
      return "lower";
    case Bias::upper:
      return "upper";
    case Bias::unknown:
      break;
  }
  return "unknown";
}

}  // namespace elbow
