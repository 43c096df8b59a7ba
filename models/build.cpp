#include "models/build.h"

#include <algorithm>

#include "core/error.h"
#include "models/sequential.h"

namespace elbow {
namespace {

constexpr std::int64_t kSide = 28, kPixels = kSide * kSide;

std::string number(std::int64_t n) { return std::to_string(n); }

std::string list(const std::vector<std::int64_t>& values) {
  std::string text;
  for (const auto value : values) text += (text.empty() ? "" : "-") + number(value);
  return text;
}

/// " leaky_relu, batch normalization, tanh at the end"
std::string manners(const NetworkSpec& spec, bool hidden) {
  std::string text;
  if (hidden) text += " " + spec.activation;
  if (hidden && spec.normalization != "none") text += ", " + spec.normalization + " normalization";
  if (spec.output != "identity") text += ", " + spec.output + " at the end";
  return text;
}

void require(bool condition, const std::string& message) {
  if (!condition) throw Error(message, ExitCode::usage);
}

void add_hidden(Sequential& net, const NetworkSpec& spec, std::int64_t channels) {
  net.normalization(spec.normalization, channels);
  net.activation(spec.activation);
}

void build_mlp(Sequential& net, const NetworkSpec& spec) {
  std::int64_t width = spec.in;
  for (const auto next : spec.hidden) {
    require(next > 0, "A hidden layer cannot have " + number(next) + " units.");
    net.linear(width, next);
    add_hidden(net, spec, next);
    width = next;
  }
  net.linear(width, spec.out);
  net.activation(spec.output);
  const std::string middle = spec.hidden.empty() ? "-" : "-" + list(spec.hidden) + "-";
  net.description(number(spec.in) + middle + number(spec.out) +
                  manners(spec, !spec.hidden.empty()));
}

/// Side of the feature maps after `depth` convolutions: 28, 14, 7, 7, 7 ...
std::int64_t side_after(std::size_t depth) { return depth == 0 ? 28 : depth == 1 ? 14 : 7; }

void require_images(const char* end, std::int64_t size, const std::vector<std::int64_t>& channels) {
  require(size > 0 && size % kPixels == 0,
          std::string("A conv network works on 28x28 images, so its ") + end +
              " must be a multiple of 784, not " + number(size) + ".");
  require(!channels.empty(), "A conv network needs at least one entry in channels.");
  for (const auto c : channels) {
    require(c > 0, "A convolution cannot have " + number(c) + " channels.");
  }
}

void build_down(Sequential& net, const NetworkSpec& spec) {
  require_images("input", spec.in, spec.channels);
  std::int64_t from = spec.in / kPixels;
  net.unflatten(from, kSide);
  for (std::size_t i = 0; i < spec.channels.size(); ++i) {
    const std::int64_t to = spec.channels[i];
    i < 2 ? net.conv(from, to, 4, 2, 1) : net.conv(from, to, 3, 1, 1);
    add_hidden(net, spec, to);
    from = to;
  }
  const std::int64_t side = side_after(spec.channels.size());
  net.flatten();
  net.linear(from * side * side, spec.out);
  net.activation(spec.output);
  net.description("28x28x" + number(spec.in / kPixels) + " conv " + list(spec.channels) +
                  " linear " + number(from * side * side) + "-" + number(spec.out) +
                  manners(spec, true));
}

void build_up(Sequential& net, const NetworkSpec& spec) {
  require_images("output", spec.out, spec.channels);
  const std::size_t depth = spec.channels.size();
  const std::int64_t side = side_after(depth);
  std::int64_t from = spec.channels.back();
  const std::int64_t code = from * side * side;
  net.linear(spec.in, code);
  // The activation works in place, which is cheap on the layer's own output but not on a view of
  // it.
  if (spec.normalization == "none") net.activation(spec.activation);
  net.unflatten(from, side);
  if (spec.normalization != "none") add_hidden(net, spec, from);
  for (std::size_t i = depth; i-- > 0;) {
    const std::int64_t to = i == 0 ? spec.out / kPixels : spec.channels[i - 1];
    i < 2 ? net.deconv(from, to, 4, 2, 1) : net.conv(from, to, 3, 1, 1);
    if (i > 0) add_hidden(net, spec, to);
    from = to;
  }
  net.activation(spec.output);
  net.flatten();
  const std::vector<std::int64_t> mirrored(spec.channels.rbegin(), spec.channels.rend());
  net.description("linear " + number(spec.in) + "-" + number(code) + " conv " + list(mirrored) +
                  " 28x28x" + number(spec.out / kPixels) + manners(spec, true));
}

}  // namespace

std::shared_ptr<Network> build_network(const NetworkSpec& spec, at::Generator& init) {
  require(spec.in > 0 && spec.out > 0,
          "A network cannot map " + number(spec.in) + " to " + number(spec.out) + " numbers.");
  auto net = std::make_shared<Sequential>(spec.initialization, init);
  if (spec.kind == "linear") {
    NetworkSpec flat = spec;
    flat.hidden.clear();
    build_mlp(*net, flat);
  } else if (spec.kind == "mlp") {
    build_mlp(*net, spec);
  } else if (spec.kind == "conv") {
    spec.upsampling ? build_up(*net, spec) : build_down(*net, spec);
  } else {
    throw Error("There is no network '" + spec.kind + "'; there are: linear, mlp, conv.",
                ExitCode::usage);
  }
  return net;
}

}  // namespace elbow
