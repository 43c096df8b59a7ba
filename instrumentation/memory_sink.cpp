#include "instrumentation/memory_sink.h"

namespace elbow {

void MemorySink::restore(const std::string& state) {
  const std::size_t size = state.empty() ? 0 : std::stoul(state);
  if (size < records_.size()) records_.resize(size);
}

}  // namespace elbow
