#include "instrumentation/tensorboard_sink.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <map>

#include "instrumentation/tensorboard_layout.h"

namespace elbow {
namespace {

constexpr int kBuckets = 30;
constexpr std::int64_t kLargeBuffer = 1 << 20;

enum : int { kScalar = 1, kTensor = 2, kBlobs = 3 };  // DataClass

double system_seconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// "kl/dim" for "kl/dim/7"; "" for other keys.
std::string numbered_family(const std::string& key) {
  const auto slash = key.rfind('/');
  if (slash == std::string::npos || slash + 1 == key.size()) return {};
  const bool number = std::all_of(key.begin() + static_cast<std::ptrdiff_t>(slash) + 1, key.end(),
                                  [](unsigned char c) { return std::isdigit(c) != 0; });
  return number ? key.substr(0, slash) : std::string();
}

/// Big-endian number at `at` of a PNG's header.
std::string png_number(const std::string& png, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = at; i < at + 4; ++i) value = value << 8 | static_cast<unsigned char>(png[i]);
  return std::to_string(value);
}

/// "samples" for step_000500.png and latest.png; otherwise the stem.
std::string picture_tag(const std::filesystem::path& file) {
  const std::string stem = file.stem().string();
  return stem.starts_with("step_") ? "samples" : stem;
}

}  // namespace

TensorboardSink::TensorboardSink(TensorboardOptions options) : options_(std::move(options)) {
  if (!options_.clock) options_.clock = system_seconds;
}

const SeriesInfo* TensorboardSink::first(const std::string& tag, SeriesInfo info) {
  if (!seen_.insert(tag).second) return nullptr;
  pending_ = std::move(info);
  return &pending_;
}

void TensorboardSink::start(const RunInfo& info) {
  info_ = info;
  terms_ = TermTable(info);
  const std::filesystem::path directory = info.directory;
  const bool resumed = info.first_step > 0 || EventFile::any_in(directory);
  file_.create(directory, now());
  // The records of the checkpoint's own step came before it.
  if (resumed) file_.session_start(now(), info.first_step == 0 ? 0 : info.first_step + 1);
  const SeriesInfo text{.plugin = "text", .data_class = kTensor};
  file_.summary(now(), info.first_step,
                {texts_value("equation", {equations_text(info)}, true, first("equation", text)),
                 texts_value("config", {"```toml\n" + options_.config + "```\n"}, true,
                             first("config", text))});
  if (options_.weights_every > 0) {
    next_weights_ = (info.first_step / options_.weights_every + 1) * options_.weights_every;
  }
  for (const Picture& p : early_) picture(p.file, p.step, p.caption);
  early_.clear();
  file_.flush();
  flushed_ = std::chrono::steady_clock::now();
}

/// What needs a record to be known: which terms the losses have.
void TensorboardSink::introduce(const StepRecord& record) {
  introduced_ = true;
  const std::vector<LossTerms> losses = loss_terms(record.values);
  for (const LossTerms& loss : losses) {
    for (const std::string& key : loss.keys()) banded_.insert(key);
  }
  const auto hparams = [&](const std::string& tag, std::string content) {
    return empty_value(tag, {.plugin = "hparams", .data_class = kTensor, .content = content});
  };
  file_.summary(
      now(), 0,
      {hparams("_hparams_/experiment",
               hparams_experiment(info_, options_.parameters, losses, options_.splits, now())),
       hparams("_hparams_/session_start_info",
               hparams_session_start(info_, options_.parameters, now()))});
  const SeriesInfo layout{.plugin = "custom_scalars", .data_class = kTensor};
  file_.summary(now(), 0,
                {texts_value("custom_scalars__config__", {scalar_layout(losses, options_.splits)},
                             false, &layout)});
}

std::string TensorboardSink::description(const std::string& key, const StepRecord& record) const {
  const TermEntry* entry = terms_.find(key);
  std::string text = entry == nullptr ? "No spec describes this key." : term_markdown(*entry);
  if (record.split != "train") text += "\n\nOver the whole " + record.split + " split";
  if (record.split != "train") text += info_.averaged ? ", of the averaged weights." : ".";
  return text;
}

void TensorboardSink::write_values(const StepRecord& record) {
  const std::string prefix = tag_prefix(record.split);
  std::vector<Message> values;
  std::map<std::string, std::vector<double>> families;
  for (const auto& entry : record.values.all()) {
    const std::string& key = entry.first;
    const Moments& moments = entry.second;
    if (std::string family = numbered_family(key); !family.empty()) {
      families[std::move(family)].push_back(moments.mean);
      continue;
    }
    const std::string tag = prefix + key;
    const auto scalar = [&](const std::string& name, double value, const std::string& before) {
      const bool known = seen_.count(name) != 0;
      const SeriesInfo* info =
          known ? nullptr
                : first(name, {.plugin = "scalars",
                               .data_class = kScalar,
                               .description = before + description(key, record)});
      values.push_back(scalar_value(name, value, info));
    };
    scalar(tag, moments.mean, "");
    if (banded_.count(key) == 0) continue;
    // Where there is no standard error the band has no width, and the chart still has its line.
    const double se = moments.count > 1 ? moments.se : 0.0;
    scalar("band/" + tag + "/low", moments.mean - se, "Mean minus one standard error of\n\n");
    scalar("band/" + tag + "/high", moments.mean + se, "Mean plus one standard error of\n\n");
  }
  for (const auto& [family, numbers] : families) {
    const std::string tag = prefix + family;
    const SeriesInfo* info = nullptr;
    if (seen_.count(tag) == 0) {
      info = first(tag, {.plugin = "histograms",
                         .data_class = kTensor,
                         .description = "Over the members of the family.\n\n" +
                                        description(family + "/0", record)});
    }
    values.push_back(histogram_value(tag, numbers, kBuckets, info));
  }
  file_.summary(now(), record.step, values);
}

void TensorboardSink::write_weights(std::int64_t step) {
  std::vector<Message> values;
  for (const auto& [name, numbers] : options_.weights()) {
    const std::string tag = "weights/" + name;
    const SeriesInfo* info = first(
        tag, {.plugin = "histograms",
              .data_class = kTensor,
              .description = "The numbers of `" + name + "`, as training has them at that step."});
    values.push_back(histogram_value(tag, numbers, kBuckets, info));
  }
  file_.summary(now(), step, values);
}

bool TensorboardSink::prompt(const StepRecord& record) const {
  return options_.weights_every > 0 && options_.weights && record.split == "train" &&
         record.step >= next_weights_;
}

void TensorboardSink::step(StepRecord& record) {
  if (!introduced_ && record.split == "train") introduce(record);
  write_values(record);
  if (prompt(record)) {
    next_weights_ = (record.step / options_.weights_every + 1) * options_.weights_every;
    write_weights(record.step);
  }
  flush_now_and_then();
}

void TensorboardSink::flush_now_and_then() {
  const auto time = std::chrono::steady_clock::now();
  if (time - flushed_ < std::chrono::seconds(2) && file_.waiting() < kLargeBuffer) return;
  file_.flush();
  flushed_ = time;
}

void TensorboardSink::picture(const std::filesystem::path& file, std::int64_t step,
                              const std::string& caption) {
  if (file.filename() == "latest.png") return;  // a copy of the newest samples
  if (!file_.is_open()) {
    early_.push_back({file, step, caption});
    return;
  }
  std::ifstream in(file, std::ios::binary);
  const std::string png((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (png.size() < 24) return;  // the next one will do
  const std::string tag = picture_tag(file);
  const SeriesInfo* info =
      first(tag, {.plugin = "images", .data_class = kBlobs, .description = caption});
  file_.summary(now(), step,
                {texts_value(tag, {png_number(png, 16), png_number(png, 20), png}, true, info)});
}

void TensorboardSink::finish(const RunSummary& summary) {
  if (!file_.is_open()) return;
  const bool goes_on =
      summary.outcome == Outcome::interrupted || summary.outcome == Outcome::stopped;
  if (introduced_ && !goes_on) {
    file_.summary(now(), summary.step,
                  {empty_value("_hparams_/session_end_info",
                               {.plugin = "hparams",
                                .data_class = kTensor,
                                .content = hparams_session_end(summary.outcome, now())})});
  }
  file_.close();
}

std::string TensorboardSink::save() {
  if (file_.is_open()) file_.flush();
  flushed_ = std::chrono::steady_clock::now();
  return {};
}

}  // namespace elbow
